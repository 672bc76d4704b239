-- Statements that make database $1 with comment $2 as a copy of database $3.
SELECT pg_catalog.format('CREATE DATABASE %I TEMPLATE %I', $1, $3)
UNION ALL
SELECT pg_catalog.format('COMMENT ON DATABASE %I IS %L', $1, $2)
