-- Casts but for those of range types to their multiranges, which are internal: oid, types, method, function, context,
-- comment.
SELECT c.oid,
       pg_catalog.concat('(', pg_catalog.format_type(c.castsource, NULL), ' AS ',
                         pg_catalog.format_type(c.casttarget, NULL), ')'),
       c.castmethod, NULLIF(c.castfunc, 0)::pg_catalog.regprocedure::pg_catalog.text, c.castcontext, d.description
FROM pg_catalog.pg_cast c
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objsubid = 0
WHERE c.oid >= 16384
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend e
      WHERE e.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype IN ('e', 'i'))
