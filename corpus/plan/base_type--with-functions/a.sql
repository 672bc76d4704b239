CREATE TYPE "Num 1";
CREATE FUNCTION num_in(cstring) RETURNS "Num 1" LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION num_out("Num 1") RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE "Num 1" (INPUT = num_in, OUTPUT = num_out, LIKE = int4);
CREATE TYPE shell;
COMMENT ON TYPE shell IS 'Announced.';
CREATE TYPE finished;
CREATE TABLE t (a "Num 1", b "Num 1"[]);
