-- Databases whose names begin with $1.
SELECT datname
  FROM pg_catalog.pg_database
 WHERE pg_catalog.starts_with(datname::pg_catalog.text, $1)
 ORDER BY datname
