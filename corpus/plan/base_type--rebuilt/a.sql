CREATE TYPE num;
CREATE FUNCTION num_in(cstring) RETURNS num LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION num_out(num) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE num (INPUT = num_in, OUTPUT = num_out, LIKE = int4);
CREATE FUNCTION uses(num) RETURNS num LANGUAGE sql AS 'SELECT $1';
COMMENT ON FUNCTION num_in(cstring) IS 'Reads.';
