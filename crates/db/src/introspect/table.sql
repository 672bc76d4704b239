-- What only tables have: oid, partition key, partition bound, schema and name of its type, replica identity, row
-- security, forced row security, parents by schema and name, in order; server and options of a foreign table.
SELECT c.oid,
       CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
       CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END,
       tn.nspname, t.typname,
       CASE c.relkind WHEN 'f' THEN 'd' ELSE c.relreplident END, c.relrowsecurity, c.relforcerowsecurity,
       i.schemas, i.names, v.srvname, f.ftoptions
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_type t ON t.oid = c.reloftype
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
LEFT JOIN (
    SELECT h.inhrelid,
           pg_catalog.array_agg(n.nspname::pg_catalog.text ORDER BY h.inhseqno) AS schemas,
           pg_catalog.array_agg(p.relname::pg_catalog.text ORDER BY h.inhseqno) AS names
    FROM pg_catalog.pg_inherits h
    JOIN pg_catalog.pg_class p ON p.oid = h.inhparent AND p.relkind IN ('r', 'p', 'f')
    JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
    WHERE h.inhrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
    GROUP BY h.inhrelid
) i ON i.inhrelid = c.oid
LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid
LEFT JOIN pg_catalog.pg_foreign_server v ON v.oid = f.ftserver
WHERE c.relkind IN ('r', 'p', 'f')
  AND c.relpersistence <> 't'
  AND c.oid >= 16384
  AND c.oid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
