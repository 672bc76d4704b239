CREATE FUNCTION handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE TRUSTED LANGUAGE "PL/x" HANDLER handler VALIDATOR plpgsql_validator;
COMMENT ON LANGUAGE "PL/x" IS 'Ours.';
REVOKE USAGE ON LANGUAGE "PL/x" FROM PUBLIC;
GRANT USAGE ON LANGUAGE "PL/x" TO pg_monitor;
ALTER LANGUAGE "PL/x" OWNER TO pg_write_all_data;
CREATE FUNCTION f() RETURNS int LANGUAGE "PL/x" AS 'BEGIN RETURN 1; END';
