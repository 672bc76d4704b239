-- Composite types; their attributes are read with the columns: oid, schema, name, owner, comment, relation.
SELECT t.oid, t.typnamespace, t.typname, t.typowner, d.description, t.typrelid
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_type t ON t.oid = c.reltype
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objsubid = 0
WHERE c.relkind = 'c'
  AND t.oid >= 16384
  AND c.oid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
