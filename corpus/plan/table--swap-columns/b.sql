CREATE TABLE public.a (y integer, x text);
