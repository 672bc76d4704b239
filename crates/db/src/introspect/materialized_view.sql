-- What only materialized views have: oid, definition, populated.
SELECT c.oid, pg_catalog.pg_get_viewdef(c.oid), c.relispopulated
FROM pg_catalog.pg_class c
WHERE c.relkind = 'm'
  AND c.oid >= 16384
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend e
      WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e')
  AND c.oid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
