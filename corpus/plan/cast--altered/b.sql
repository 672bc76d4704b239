CREATE TYPE public.mood AS ENUM ('a', 'b'); CREATE FUNCTION public.to_mood(x integer) RETURNS public.mood LANGUAGE sql IMMUTABLE AS 'SELECT ''a''::public.mood'; CREATE CAST (integer AS public.mood) WITH FUNCTION public.to_mood(integer) AS ASSIGNMENT;
COMMENT ON CAST (integer AS public.mood) IS 'mood''s'; CREATE DOMAIN public."Odd name" AS text; CREATE TYPE public."Odd ""n" AS (a integer);
CREATE CAST (public."Odd ""n" AS text) WITH INOUT AS ASSIGNMENT; CREATE TYPE public.other AS ENUM ('a'); CREATE CAST (public.other AS public.mood) WITH INOUT;
CREATE VIEW public.v AS SELECT 1::public.mood AS m;
