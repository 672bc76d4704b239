CREATE SCHEMA app; CREATE TYPE app.two AS (a integer, b integer);
CREATE FUNCTION public.eq(x app.two, y app.two) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a = ($2).a';
CREATE FUNCTION public.ne(x app.two, y app.two) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a <> ($2).a';
CREATE OPERATOR public.=== (FUNCTION = public.eq, LEFTARG = app.two, RIGHTARG = app.two, COMMUTATOR = OPERATOR(public.===));
