CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
ALTER TABLE public.t ADD CONSTRAINT t_name_key UNIQUE (name);
