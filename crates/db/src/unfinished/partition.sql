-- Whether partition $2 of table $1 (as written) is being detached; no row when it is no partition of it. The column is
-- younger than PostgreSQL 13.
SELECT COALESCE((pg_catalog.to_jsonb(i) OPERATOR(pg_catalog.->>) 'inhdetachpending')::pg_catalog.bool, false)
FROM pg_catalog.pg_inherits AS i
WHERE i.inhparent = pg_catalog.to_regclass($1::pg_catalog.text)
  AND i.inhrelid = pg_catalog.to_regclass($2::pg_catalog.text)
