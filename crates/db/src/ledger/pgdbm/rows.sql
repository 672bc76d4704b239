-- What is applied of module $1, in the order in which it was: number, version, name, checksum, time, milliseconds, whether
-- it is of no module and so of each. LEDGER stands for its name, {column} for a column that may be missing. The time has
-- no zone: it is that of the session.
SELECT l.id::pg_catalog.int8,
       COALESCE({version}, l.filename)::pg_catalog.text,
       l.filename::pg_catalog.text,
       l.checksum::pg_catalog.text,
       pg_catalog.to_char(pg_catalog.timezone('UTC', l.applied_at::pg_catalog.timestamptz), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       {execution_time_ms}::pg_catalog.int8,
       l.module_name IS NULL
FROM LEDGER AS l
WHERE l.module_name = $1::pg_catalog.text OR l.module_name IS NULL
ORDER BY l.applied_at, l.id
