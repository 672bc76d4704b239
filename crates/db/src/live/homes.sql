-- Which object a row of a system catalog belongs to: catalog, oid, catalog and oid of the object, its kind. Rows: $1
-- pg_class, $2 pg_type, $3 pg_proc, $4 pg_constraint, $5 pg_attrdef, $6 pg_rewrite, $7 pg_trigger, $8 pg_policy, $9
-- pg_statistic_ext, $10 pg_namespace.
SELECT 1259, c.oid, 1259, COALESCE(x.indrelid, c.oid), c.relkind::pg_catalog.text
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid
WHERE c.oid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
-- TOAST tables, and sequences that belong to a column.
SELECT 1259, d.objid, 1259, d.refobjid, 'r'
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind IN ('t', 'S')
WHERE d.classid = 1259 AND d.objid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) AND d.objsubid = 0
  AND d.refclassid = 1259 AND d.deptype IN ('a', 'i')
UNION ALL
-- Arrays belong to what they are of, row types to their relation.
SELECT 1247, t.oid, CASE WHEN b.relation <> 0 THEN 1259 ELSE 1247 END,
       CASE WHEN b.relation <> 0 THEN b.relation ELSE b.type END, b.kind::pg_catalog.text
FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
CROSS JOIN LATERAL (
    SELECT COALESCE(e.oid, t.oid) AS type, COALESCE(e.typrelid, t.typrelid) AS relation,
           COALESCE(e.typtype, t.typtype) AS kind
) b
WHERE t.oid = ANY ($2::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 1255, p.oid, 1255, p.oid, p.prokind::pg_catalog.text
FROM pg_catalog.pg_proc p
WHERE p.oid = ANY ($3::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 2606, c.oid, CASE WHEN c.conrelid <> 0 THEN 1259 ELSE 1247 END,
       CASE WHEN c.conrelid <> 0 THEN c.conrelid ELSE c.contypid END, 'd'
FROM pg_catalog.pg_constraint c
WHERE c.oid = ANY ($4::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 2604, f.oid, 1259, f.adrelid, 'r'
FROM pg_catalog.pg_attrdef f
WHERE f.oid = ANY ($5::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 2618, w.oid, 1259, w.ev_class, 'r'
FROM pg_catalog.pg_rewrite w
WHERE w.oid = ANY ($6::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 2620, t.oid, 1259, t.tgrelid, 'r'
FROM pg_catalog.pg_trigger t
WHERE t.oid = ANY ($7::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 3256, p.oid, 1259, p.polrelid, 'r'
FROM pg_catalog.pg_policy p
WHERE p.oid = ANY ($8::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 3381, s.oid, 1259, s.stxrelid, 'r'
FROM pg_catalog.pg_statistic_ext s
WHERE s.oid = ANY ($9::pg_catalog.int8[]::pg_catalog.oid[])
UNION ALL
SELECT 2615, n.oid, 2615, n.oid, 'n'
FROM pg_catalog.pg_namespace n
WHERE n.oid = ANY ($10::pg_catalog.int8[]::pg_catalog.oid[])
