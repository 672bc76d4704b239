-- What REINDEX CONCURRENTLY left behind on $1 ("index", "table", "schema", "database") $2 (as written): quoted names of
-- invalid indexes that nobody builds now. Indexes of TOAST tables are among them.
WITH tables AS (
    SELECT c.oid
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE CASE $1::pg_catalog.text
              WHEN 'index' THEN c.oid = (SELECT i.indrelid FROM pg_catalog.pg_index AS i
                                         WHERE i.indexrelid = pg_catalog.to_regclass($2::pg_catalog.text))
              WHEN 'table' THEN c.oid IN (SELECT p.relid
                                          FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($2::pg_catalog.text)) AS p
                                          UNION ALL
                                          SELECT pg_catalog.to_regclass($2::pg_catalog.text))
              WHEN 'schema' THEN n.oid = pg_catalog.to_regnamespace($2::pg_catalog.text)
              ELSE true
          END
)
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid
  AND c.relname OPERATOR(pg_catalog.~) '_cc(new|old)[0-9]*$'
  AND i.indrelid IN (SELECT t.oid FROM tables AS t
                     UNION ALL
                     SELECT r.reltoastrelid FROM tables AS t JOIN pg_catalog.pg_class AS r ON r.oid = t.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
ORDER BY 1
