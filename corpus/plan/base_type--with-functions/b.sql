CREATE TYPE "Num 1";
CREATE FUNCTION num_in(cstring) RETURNS "Num 1" LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION num_out("Num 1") RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE FUNCTION num_send("Num 1") RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int4send';
CREATE TYPE "Num 1" (INPUT = num_in, OUTPUT = num_out, SEND = num_send, LIKE = int4);
COMMENT ON TYPE "Num 1" IS 'Ours.';
ALTER TYPE "Num 1" OWNER TO pg_write_all_data;
REVOKE USAGE ON TYPE "Num 1" FROM PUBLIC;
CREATE TYPE finished;
CREATE FUNCTION finished_in(cstring, oid, int) RETURNS finished LANGUAGE internal IMMUTABLE STRICT AS 'varcharin';
CREATE FUNCTION finished_out(finished) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'varcharout';
CREATE FUNCTION finished_typmod(cstring[]) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'varchartypmodin';
CREATE TYPE finished (INPUT = finished_in, OUTPUT = finished_out, TYPMOD_IN = finished_typmod, TYPMOD_OUT = varchartypmodout, COLLATABLE = true,
    STORAGE = extended, DEFAULT = 'it''s', CATEGORY = 'S', DELIMITER = ';', PREFERRED = true);
CREATE FUNCTION other(finished) RETURNS "Num 1" LANGUAGE sql AS 'SELECT NULL::public."Num 1"';
CREATE CAST (finished AS "Num 1") WITH FUNCTION other(finished);
CREATE TABLE t (a "Num 1", b "Num 1"[], c finished(5));
