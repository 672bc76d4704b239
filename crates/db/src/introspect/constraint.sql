-- Constraints of tables: oid, table, name, kind, definition, validated, inherited, numbers of its columns, schema and
-- name of the table referred to, its index.
-- A foreign key to a partitioned table has copies on its own table, one for each partition referred to: not ours.
SELECT c.oid, c.conrelid, c.conname, c.contype, pg_catalog.pg_get_constraintdef(c.oid), c.convalidated,
       NOT c.conislocal OR c.conparentid <> 0,
       c.conkey::pg_catalog.text[],
       fn.nspname, f.relname,
       CASE WHEN c.contype IN ('p', 'u', 'x') THEN c.conindid END,
       d.description
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_class r ON r.oid = c.conrelid AND r.relpersistence <> 't'
LEFT JOIN pg_catalog.pg_constraint p ON p.oid = c.conparentid
LEFT JOIN pg_catalog.pg_class f ON f.oid = c.confrelid
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objsubid = 0
WHERE c.contype IN ('c', 'p', 'u', 'f', 'x')
  AND c.oid >= 16384
  AND p.conrelid IS DISTINCT FROM c.conrelid
  AND c.conrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
