CREATE TABLE public.a (x integer NOT NULL, CHECK (x > 0)); CREATE TABLE public.b (y text) INHERITS (public.a);
