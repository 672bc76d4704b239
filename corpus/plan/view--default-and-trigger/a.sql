CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE VIEW public.v AS SELECT id, name FROM public.t;
