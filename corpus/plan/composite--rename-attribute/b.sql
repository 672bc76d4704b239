CREATE TYPE public.c AS (z integer, b text);
