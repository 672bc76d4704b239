CREATE TYPE public.pair AS (a integer, b integer);
CREATE FUNCTION public.eq(x public.pair, y public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a = ($2).a';
CREATE FUNCTION public.ne(x public.pair, y public.pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a <> ($2).a';
CREATE OPERATOR public.=== (FUNCTION = public.eq, LEFTARG = public.pair, RIGHTARG = public.pair, NEGATOR = OPERATOR(public.!==));
CREATE OPERATOR public.!== (FUNCTION = public.ne, LEFTARG = public.pair, RIGHTARG = public.pair, NEGATOR = OPERATOR(public.===));
CREATE TABLE public.t (a integer, EXCLUDE USING btree (a WITH =));
CREATE VIEW public.v AS SELECT ROW(1, 2)::public.pair OPERATOR(public.===) ROW(1, 2)::public.pair AS same;
