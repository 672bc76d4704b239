-- Functions and procedures: oid, schema, name, owner, comment, kind, types of the input arguments, definition,
-- arguments, result, language, parsed body, names and modes of the arguments, number of defaults.
-- Constructors of range types, which are internal to their type, are left out.
SELECT p.oid, p.pronamespace, p.proname, p.proowner, d.description, p.prokind,
       pg_catalog.oidvectortypes(p.proargtypes),
       pg_catalog.pg_get_functiondef(p.oid),
       pg_catalog.pg_get_function_arguments(p.oid),
       pg_catalog.pg_get_function_result(p.oid),
       l.lanname,
       p.prosqlbody IS NOT NULL, -- since 14
       false, -- before 14
       p.proargnames, p.proargmodes::pg_catalog.text[], p.pronargdefaults
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
JOIN pg_catalog.pg_namespace n
  ON n.oid = p.pronamespace AND n.nspname <> 'pggit' AND n.nspname !~ '^pg_'
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objsubid = 0
WHERE p.prokind IN ('f', 'p', 'w')
  AND p.oid >= 16384
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend e
      WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
  AND p.oid = ANY ($2::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
