CREATE TABLE public.lib (id integer PRIMARY KEY, s integer, CONSTRAINT lib_u UNIQUE (s));
CREATE TABLE public.other (x integer REFERENCES public.lib);
CREATE TABLE public.first (id integer, CONSTRAINT shared_key PRIMARY KEY (id));
CREATE TABLE public.second (id integer, CONSTRAINT second_key PRIMARY KEY (id));
