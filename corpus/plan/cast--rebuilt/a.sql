CREATE TYPE public.mood AS ENUM ('a', 'b'); CREATE FUNCTION public.to_mood(x integer) RETURNS public.mood LANGUAGE sql IMMUTABLE AS 'SELECT ''a''::public.mood'; CREATE CAST (integer AS public.mood) WITH FUNCTION public.to_mood(integer) AS IMPLICIT; COMMENT ON CAST (integer AS public.mood) IS 'kept';
CREATE TABLE public.t (id integer PRIMARY KEY, m public.mood DEFAULT 1::public.mood);
