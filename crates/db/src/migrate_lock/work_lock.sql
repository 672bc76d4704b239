-- The lock of the transactions of this database's migration runner, to the end of the transaction; waits for it.
SELECT pg_catalog.pg_advisory_xact_lock(
           1751936053,
           ((pg_catalog.get_byte(d.digest, 0) OPERATOR(pg_catalog.&) 127) OPERATOR(pg_catalog.<<) 24)
           OPERATOR(pg_catalog.|) (pg_catalog.get_byte(d.digest, 1) OPERATOR(pg_catalog.<<) 16)
           OPERATOR(pg_catalog.|) (pg_catalog.get_byte(d.digest, 2) OPERATOR(pg_catalog.<<) 8)
           OPERATOR(pg_catalog.|) pg_catalog.get_byte(d.digest, 3))
FROM (SELECT pg_catalog.sha256(pg_catalog.convert_to(
          pg_catalog.current_database()::pg_catalog.text OPERATOR(pg_catalog.||) $1::pg_catalog.text, 'UTF8'))) AS d (digest)
