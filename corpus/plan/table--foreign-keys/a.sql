CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE TABLE public.u (id integer PRIMARY KEY, t integer REFERENCES public.t);
