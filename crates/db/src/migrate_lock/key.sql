-- Calls FUNCTION for a lock of this database's migration runners, or of those for the schema behind $1. FIRST stands for
-- the first part of its key, which says what kind of lock it is.
SELECT pg_catalog.FUNCTION(
           FIRST,
           ((pg_catalog.get_byte(d.digest, 0) OPERATOR(pg_catalog.&) 127) OPERATOR(pg_catalog.<<) 24)
           OPERATOR(pg_catalog.|) (pg_catalog.get_byte(d.digest, 1) OPERATOR(pg_catalog.<<) 16)
           OPERATOR(pg_catalog.|) (pg_catalog.get_byte(d.digest, 2) OPERATOR(pg_catalog.<<) 8)
           OPERATOR(pg_catalog.|) pg_catalog.get_byte(d.digest, 3))
FROM (SELECT pg_catalog.sha256(pg_catalog.convert_to(
          pg_catalog.current_database()::pg_catalog.text OPERATOR(pg_catalog.||) $1::pg_catalog.text, 'UTF8'))) AS d (digest)
