CREATE TYPE public.pair AS (a integer, b integer);
CREATE FUNCTION public.eq(x public.pair, y public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a = ($2).a';
CREATE FUNCTION public.ne(x public.pair, y public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a <> ($2).a'; CREATE SCHEMA "App";
CREATE OPERATOR public.=== (FUNCTION = public.eq, LEFTARG = public.pair, RIGHTARG = public.pair, COMMUTATOR = OPERATOR(public.===), JOIN = eqjoinsel);
CREATE OPERATOR "App".!!! (FUNCTION = public.eq, LEFTARG = public.pair, RIGHTARG = public.pair, NEGATOR = OPERATOR("App".<!>), HASHES, MERGES);
CREATE OPERATOR "App".<!> (FUNCTION = public.ne, LEFTARG = public.pair, RIGHTARG = public.pair, NEGATOR = OPERATOR("App".!!!));
CREATE FUNCTION public.neg(public.pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT -($1).a'; CREATE OPERATOR public.@@@ (FUNCTION = public.neg, RIGHTARG = public.pair);
COMMENT ON OPERATOR public.=== (public.pair, public.pair) IS 'same'; ALTER OPERATOR public.@@@ (NONE, public.pair) OWNER TO pg_monitor;
CREATE VIEW public.v AS SELECT ROW(1, 2)::public.pair OPERATOR(public.===) ROW(1, 2)::public.pair AS same;
