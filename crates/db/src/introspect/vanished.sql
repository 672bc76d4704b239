-- What the snapshot has and the catalog as it is now has not, from which the server writes names and definitions: kind,
-- schema, name. These functions give NULL for what is gone.
SELECT 'relation', c.relnamespace, c.relname
FROM pg_catalog.pg_class c
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND c.relpersistence <> 't' AND c.oid >= 16384
  AND pg_catalog.pg_table_is_visible(c.oid) IS NULL
  AND c.oid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
UNION ALL
-- Row types go with their relation, arrays with their element.
SELECT 'type', t.typnamespace, t.typname
FROM pg_catalog.pg_type t
WHERE t.typtype <> 'c' AND (t.typtype <> 'b' OR t.typcategory <> 'A') AND t.oid >= 16384
  AND pg_catalog.pg_type_is_visible(t.oid) IS NULL
  AND t.oid = ANY ($3::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
UNION ALL
SELECT 'function', p.pronamespace, p.proname
FROM pg_catalog.pg_proc p
WHERE p.oid >= 16384 AND pg_catalog.pg_function_is_visible(p.oid) IS NULL
  AND p.oid = ANY ($2::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
UNION ALL
SELECT 'operator', o.oprnamespace, o.oprname
FROM pg_catalog.pg_operator o
WHERE o.oid >= 16384 AND pg_catalog.pg_operator_is_visible(o.oid) IS NULL
UNION ALL
SELECT 'operator class', o.opcnamespace, o.opcname
FROM pg_catalog.pg_opclass o
WHERE o.oid >= 16384 AND pg_catalog.pg_opclass_is_visible(o.oid) IS NULL
UNION ALL
SELECT 'operator family', o.opfnamespace, o.opfname
FROM pg_catalog.pg_opfamily o
WHERE o.oid >= 16384 AND pg_catalog.pg_opfamily_is_visible(o.oid) IS NULL
UNION ALL
SELECT 'collation', c.collnamespace, c.collname
FROM pg_catalog.pg_collation c
WHERE c.oid >= 16384 AND pg_catalog.pg_collation_is_visible(c.oid) IS NULL
UNION ALL
SELECT 'text search configuration', c.cfgnamespace, c.cfgname
FROM pg_catalog.pg_ts_config c
WHERE c.oid >= 16384 AND pg_catalog.pg_ts_config_is_visible(c.oid) IS NULL
UNION ALL
SELECT 'text search dictionary', d.dictnamespace, d.dictname
FROM pg_catalog.pg_ts_dict d
WHERE d.oid >= 16384 AND pg_catalog.pg_ts_dict_is_visible(d.oid) IS NULL
UNION ALL
SELECT 'statistics object', s.stxnamespace, s.stxname
FROM pg_catalog.pg_statistic_ext s
WHERE s.oid >= 16384 AND pg_catalog.pg_statistics_obj_is_visible(s.oid) IS NULL
  AND s.stxrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
