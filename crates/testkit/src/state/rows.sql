-- Statements that give the rows of every table as JSON, sorted, and the positions of sequences.
SELECT pg_catalog.format(
    'SELECT (%L || pg_catalog.to_jsonb(t)::text) COLLATE "C" FROM ONLY %I.%I AS t ORDER BY 1;',
    n.nspname || '.' || c.relname || ' ', n.nspname, c.relname)
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pggit')
  AND c.relname NOT IN ('tb_confiture', 'confiture_lock_holder', 'tb_confiture_steps')
UNION ALL
SELECT pg_catalog.format(
    'SELECT %L || last_value || '' '' || is_called FROM %I.%I;', n.nspname || '.' || c.relname || ' ', n.nspname, c.relname)
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pggit')
  AND c.relname NOT LIKE 'tb\_confiture%'
ORDER BY 1;
