CREATE TYPE public.mood AS ENUM ('a', 'b'); CREATE FUNCTION public.to_mood(x integer) RETURNS public.mood LANGUAGE sql IMMUTABLE AS 'SELECT ''a''::public.mood'; CREATE CAST (integer AS public.mood) WITH FUNCTION public.to_mood(integer);
CREATE CAST (public.mood AS text) WITH INOUT AS IMPLICIT;
