CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT max(n) FROM public.t; END;
