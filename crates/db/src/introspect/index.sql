-- Indexes, those of constraints included: oid, name, table, constraint, definition where there is none, unique, valid,
-- used by CLUSTER, replica identity, schema and name of the parent index, options, tablespace, statistics targets by
-- column number, comment.
SELECT x.indexrelid, i.relname, x.indrelid, c.oid,
       CASE WHEN c.oid IS NULL THEN pg_catalog.pg_get_indexdef(x.indexrelid) END,
       x.indisunique,
       -- That of a partitioned table is one that no partition lacks: the server calls it valid once the last is attached,
       -- and doesn't look when the one that lacks it leaves. Foreign partitions have no indexes.
       x.indisvalid OR i.relkind = 'I' AND NOT EXISTS (
           WITH RECURSIVE below (table_oid, index_oid, valid) AS (
               SELECT x.indrelid, x.indexrelid, true
               UNION ALL
               SELECT q.inhrelid, y.indexrelid, y.indisvalid OR f.relkind = 'p'
               FROM below b
               JOIN pg_catalog.pg_inherits q ON q.inhparent = b.table_oid
               JOIN pg_catalog.pg_class f ON f.oid = q.inhrelid AND f.relkind <> 'f'
               LEFT JOIN (pg_catalog.pg_inherits a JOIN pg_catalog.pg_index y ON y.indexrelid = a.inhrelid)
                 ON a.inhparent = b.index_oid AND y.indrelid = q.inhrelid)
           SELECT FROM below b WHERE b.valid IS NOT TRUE),
       x.indisclustered, x.indisreplident,
       pn.nspname, p.relname,
       i.reloptions, s.spcname, t.targets, d.description
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_catalog.pg_constraint c
  ON c.conindid = x.indexrelid AND c.conrelid = x.indrelid AND c.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = x.indexrelid
LEFT JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = i.reltablespace
LEFT JOIN (
    SELECT a.attrelid,
           pg_catalog.array_agg(pg_catalog.concat(a.attnum, '=', a.attstattarget) ORDER BY a.attnum) AS targets
    FROM pg_catalog.pg_attribute a
    WHERE a.attstattarget >= 0
      AND a.attnum > 0
      AND a.attrelid >= 16384
      AND a.attrelid IN (SELECT q.indexrelid FROM pg_catalog.pg_index q WHERE q.indrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])) -- of some
    GROUP BY a.attrelid
) t ON t.attrelid = x.indexrelid
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = i.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = 0
WHERE i.oid >= 16384
  AND i.relpersistence <> 't'
  AND i.relnamespace <> 'pg_toast'::pg_catalog.regnamespace
  AND x.indrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
