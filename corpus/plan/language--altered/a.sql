CREATE TRUSTED LANGUAGE "PL/x" HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE LANGUAGE goes HANDLER plpgsql_call_handler;
COMMENT ON LANGUAGE goes IS 'Old.';
CREATE FUNCTION f() RETURNS int LANGUAGE "PL/x" AS 'BEGIN RETURN 1; END';
