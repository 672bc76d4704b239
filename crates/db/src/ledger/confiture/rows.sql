-- What is applied, in the order in which it was: number, version, name, checksum, time, milliseconds, whether it is of no
-- module. LEDGER stands for its name, {column} for a column that ledgers of earlier versions lack. Rows that were archived
-- do not count.
SELECT l.pk_confiture,
       l.version::pg_catalog.text,
       l.name::pg_catalog.text,
       l.checksum::pg_catalog.text,
       pg_catalog.to_char(pg_catalog.timezone('UTC', l.applied_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       l.execution_time_ms::pg_catalog.int8,
       false
FROM LEDGER AS l
WHERE {archived_into} IS NULL
ORDER BY l.applied_at, l.pk_confiture
