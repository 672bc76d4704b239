-- Locks on relations that this transaction holds.
SELECT l.relation::pg_catalog.int8, l.mode
FROM pg_catalog.pg_locks l
WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
  AND l.locktype OPERATOR(pg_catalog.=) 'relation'
  AND l.granted
