-- Check constraints of domains: oid, domain, name, definition, validated, comment.
SELECT c.oid, c.contypid, c.conname, pg_catalog.pg_get_constraintdef(c.oid), c.convalidated, d.description
FROM pg_catalog.pg_constraint c
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objsubid = 0
WHERE c.contypid <> 0
  AND c.contype = 'c'
  AND c.oid >= 16384
  AND c.contypid = ANY ($3::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
