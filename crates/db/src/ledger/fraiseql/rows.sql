-- What is applied, in the order in which it was: number, version, name, checksum, time, milliseconds, whether it is of no
-- module. LEDGER stands for its name, {column} for a column that may be missing.
SELECT COALESCE({id}::pg_catalog.int8, pg_catalog.row_number() OVER (ORDER BY l.applied_at, l.version)),
       l.version::pg_catalog.text,
       l.version::pg_catalog.text,
       {checksum}::pg_catalog.text,
       pg_catalog.to_char(pg_catalog.timezone('UTC', l.applied_at::pg_catalog.timestamptz), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       {execution_time_ms}::pg_catalog.int8,
       false
FROM LEDGER AS l
WHERE l.version IS NOT NULL
ORDER BY l.applied_at, 1
