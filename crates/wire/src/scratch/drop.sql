-- Statement that drops database $1 with the sessions in it.
SELECT pg_catalog.format('DROP DATABASE IF EXISTS %I WITH (FORCE)', $1)
