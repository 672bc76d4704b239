CREATE TABLE public.a (x integer PRIMARY KEY); CREATE TABLE public.b (y text);
