CREATE TABLE public.t (id integer PRIMARY KEY, name text, n bigint);CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT max(n)::integer FROM public.t; END;
