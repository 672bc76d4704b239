-- Extensions but those that every database has from the start: oid, name, version, schema, relocatable, comment.
SELECT e.oid, e.extname, e.extversion, n.nspname, e.extrelocatable, d.description
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = e.oid AND d.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.objsubid = 0
WHERE e.oid >= 16384
  AND e.extname <> 'pggit'
