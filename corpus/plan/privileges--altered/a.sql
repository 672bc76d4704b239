CREATE EXTENSION hstore;
CREATE EXTENSION postgres_fdw;
REVOKE EXECUTE ON FUNCTION hstore(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hstore(text, text) TO pg_monitor WITH GRANT OPTION;
REVOKE SELECT ON pg_proc FROM PUBLIC;
GRANT SELECT (proname, "oid") ON pg_proc TO PUBLIC;
GRANT SELECT (proname) ON pg_proc TO pg_monitor;
GRANT USAGE ON LANGUAGE sql TO pg_monitor;
