-- The rules that make views, and default expressions: catalog, oid, relation, column (0 for rules).
SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid, w.oid, w.ev_class, 0
FROM pg_catalog.pg_rewrite w
WHERE w.rulename = '_RETURN' AND w.oid >= 16384
  AND w.oid = ANY ($5::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
UNION ALL
SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, f.oid, f.adrelid, f.adnum
FROM pg_catalog.pg_attrdef f
WHERE f.oid >= 16384
  AND f.oid = ANY ($5::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
