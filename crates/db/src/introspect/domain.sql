-- Domains: oid, schema, name, owner, comment, base type, schema and name of the collation where it is not the base
-- type's own, default, not null.
SELECT t.oid, t.typnamespace, t.typname, t.typowner, d.description,
       pg_catalog.format_type(t.typbasetype, t.typtypmod),
       cn.nspname, co.collname,
       pg_catalog.pg_get_expr(t.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass),
       t.typnotnull
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_collation co ON co.oid = t.typcollation AND t.typcollation <> b.typcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.typtype = 'd'
  AND t.oid >= 16384
  AND t.oid = ANY ($3::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
