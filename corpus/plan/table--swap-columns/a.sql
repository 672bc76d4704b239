CREATE TABLE public.a (x integer, y text);
