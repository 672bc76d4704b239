CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer, g integer GENERATED ALWAYS AS (n * 2) STORED); CREATE INDEX i ON public.t (g); CREATE VIEW public.v AS SELECT g FROM public.t;
