ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT USAGE ON TYPES TO pg_monitor;
CREATE TYPE shell;
CREATE TYPE whole;
CREATE FUNCTION whole_in(cstring) RETURNS whole LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION whole_out(whole) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE whole (INPUT = whole_in, OUTPUT = whole_out);
