-- The table $2 in schema $1, or where the search path finds it: schema, columns in order.
SELECT n.nspname::pg_catalog.text,
       pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relname = $2::pg_catalog.name
  AND c.relkind IN ('r', 'p')
  AND CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid)
           ELSE n.nspname = $1::pg_catalog.name END
GROUP BY n.nspname
