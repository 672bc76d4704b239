-- What is applied, in the order in which it was: number, version, name, checksum, time, milliseconds. LEDGER stands for
-- its name, LIVE for the condition that a row is not archived.
SELECT l.pk_confiture,
       l.version::pg_catalog.text,
       l.name::pg_catalog.text,
       l.checksum::pg_catalog.text,
       pg_catalog.to_char(pg_catalog.timezone('UTC', l.applied_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       l.execution_time_ms::pg_catalog.int8
FROM LEDGER AS l
WHERE LIVE
ORDER BY l.applied_at, l.pk_confiture
