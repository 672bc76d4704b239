-- The shape of a table ($1: its OID), a row a column, or one without column: schema, table, column number, name, stored
-- (not generated), whether it is in the shortest unique key that leaves out column number $2 (0: none to leave out),
-- partitioned, owner, whether planning a query on it can run code of users: the planner computes the constant parts of
-- expressions of indexes, statistics and partition keys.
WITH usable AS (
    SELECT i.indexrelid, i.indkey::pg_catalog.int2[] AS columns, i.indisprimary, i.indnkeyatts
    FROM pg_catalog.pg_index AS i
    WHERE i.indrelid = $1::pg_catalog.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL
      AND NOT EXISTS (
          SELECT FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) AS k (n)
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n]
          WHERE NOT a.attnotnull OR a.attnum = $2)
    ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid
    LIMIT 1),
family AS (
    SELECT $1::pg_catalog.oid AS oid
    UNION
    SELECT t.relid::pg_catalog.oid
    FROM pg_catalog.pg_partition_tree(pg_catalog.pg_partition_root($1::pg_catalog.oid::pg_catalog.regclass)) AS t)
SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text, a.attnum::pg_catalog.int8, a.attname::pg_catalog.text,
       a.attgenerated = '',
       EXISTS (SELECT FROM usable AS u WHERE a.attnum = ANY (u.columns[0:u.indnkeyatts - 1])),
       c.relkind = 'p',
       c.relowner::pg_catalog.int8,
       EXISTS (
           SELECT FROM family AS f JOIN pg_catalog.pg_index AS i ON i.indrelid = f.oid
           WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
       OR EXISTS (
           SELECT FROM family AS f JOIN pg_catalog.pg_statistic_ext AS s ON s.stxrelid = f.oid
           WHERE s.stxexprs IS NOT NULL)
       OR EXISTS (
           SELECT FROM family AS f JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid = f.oid
           WHERE p.partexprs IS NOT NULL)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid = $1::pg_catalog.oid AND c.relkind IN ('r', 'p')
ORDER BY a.attnum
