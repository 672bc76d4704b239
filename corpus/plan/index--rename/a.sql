CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE INDEX i ON public.t (name);
