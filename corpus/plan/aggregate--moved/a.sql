CREATE SCHEMA app; CREATE TYPE public.mood AS ENUM ('a', 'b');
CREATE FUNCTION public.f(public.mood, public.mood) RETURNS public.mood LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE AGGREGATE public.first(public.mood) (SFUNC = public.f, STYPE = public.mood);
