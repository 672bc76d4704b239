CREATE TABLE public.b (x integer); CREATE TABLE public.a (y text);
