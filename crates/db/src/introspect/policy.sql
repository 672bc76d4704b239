-- Policies: oid, table, name, command, restrictive, roles (0: everybody), USING, WITH CHECK, comment.
SELECT p.oid, p.polrelid, p.polname, p.polcmd, NOT p.polpermissive, p.polroles::pg_catalog.text[],
       pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
       d.description
FROM pg_catalog.pg_policy p
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid AND c.relpersistence <> 't'
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objsubid = 0
WHERE p.oid >= 16384
  AND p.polrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
