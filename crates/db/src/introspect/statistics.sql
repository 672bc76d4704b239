-- Extended statistics: oid, table or materialized view, schema, name, owner, definition, target, comment.
SELECT s.oid, s.stxrelid, s.stxnamespace, s.stxname, s.stxowner, pg_catalog.pg_get_statisticsobjdef(s.oid),
       NULLIF(s.stxstattarget, -1), d.description
FROM pg_catalog.pg_statistic_ext s
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = s.oid AND d.classoid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass AND d.objsubid = 0
WHERE s.oid >= 16384
  AND s.stxrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
