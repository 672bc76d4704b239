CREATE EXTENSION hstore;
REVOKE EXECUTE ON FUNCTION hstore(text, text) FROM PUBLIC;
GRANT USAGE ON TYPE hstore TO pg_monitor;
CREATE EXTENSION postgres_fdw;
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO pg_monitor;
REVOKE EXECUTE ON FUNCTION pg_sleep(double precision) FROM PUBLIC;
GRANT SELECT (proname) ON pg_proc TO pg_monitor;
