-- Whether there is a table of patterns.
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'pattern' AND NOT a.attisdropped
    WHERE n.nspname = 'pggit' AND c.relname = 'ignore' AND c.relkind IN ('r', 'v'))
