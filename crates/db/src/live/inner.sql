-- The rows that objects consist of: catalog, oid, whether it is a sequence. Objects: $1 relations, $2 types, $3 functions,
-- $4 schemas.
SELECT 1259, r.oid, false
FROM pg_catalog.unnest($1::pg_catalog.int8[]) AS r (oid)
UNION ALL
SELECT 1259, x.indexrelid, false
FROM pg_catalog.pg_index x
WHERE x.indrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 2606, c.oid, false
FROM pg_catalog.pg_constraint c
WHERE c.conrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 2604, f.oid, false
FROM pg_catalog.pg_attrdef f
WHERE f.adrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 2618, w.oid, false
FROM pg_catalog.pg_rewrite w
WHERE w.ev_class = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 2620, t.oid, false
FROM pg_catalog.pg_trigger t
WHERE t.tgrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) AND NOT t.tgisinternal
UNION ALL
SELECT 3256, p.oid, false
FROM pg_catalog.pg_policy p
WHERE p.polrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 3381, s.oid, false
FROM pg_catalog.pg_statistic_ext s
WHERE s.stxrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 1259, d.objid, true
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S'
WHERE d.refclassid = 1259 AND d.refobjid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) AND d.refobjsubid > 0
  AND d.classid = 1259 AND d.objsubid = 0 AND d.deptype IN ('a', 'i')
UNION ALL
SELECT 1247, v.oid, false
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_type t ON t.oid = c.reltype
CROSS JOIN LATERAL (VALUES (t.oid), (t.typarray)) AS v (oid)
WHERE c.oid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) AND v.oid <> 0
UNION ALL
SELECT 1247, v.oid, false
FROM pg_catalog.pg_type t
CROSS JOIN LATERAL (VALUES (t.oid), (t.typarray)) AS v (oid)
WHERE t.oid = ANY ($2::pg_catalog.int8[]::pg_catalog.oid[]) AND v.oid <> 0
UNION ALL
SELECT 2606, c.oid, false
FROM pg_catalog.pg_constraint c
WHERE c.contypid = ANY ($2::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 1255, r.oid, false
FROM pg_catalog.unnest($3::pg_catalog.int8[]) AS r (oid)
UNION ALL
SELECT 2615, r.oid, false
FROM pg_catalog.unnest($4::pg_catalog.int8[]) AS r (oid)
