CREATE TYPE public.c AS (a integer, b text, d date);
CREATE TABLE public.t (id integer, c public.c);
CREATE VIEW public.v AS SELECT id, (c).a FROM public.t;
