CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE INDEX j ON public.t (name);
