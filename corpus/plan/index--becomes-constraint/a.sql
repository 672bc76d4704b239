CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE UNIQUE INDEX t_name_key ON public.t (name);
