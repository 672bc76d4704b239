CREATE TABLE public.glib (id integer, s integer, CONSTRAINT glib_pkey PRIMARY KEY (id), CONSTRAINT glib_u UNIQUE (s));
CREATE TABLE public.lib (id integer PRIMARY KEY, s integer, CONSTRAINT lib_u UNIQUE (s));
CREATE TABLE public.other (x integer CONSTRAINT other_x_fkey REFERENCES public.glib);
CREATE TABLE public.first (id integer, CONSTRAINT first_key PRIMARY KEY (id));
CREATE TABLE public.second (id integer, CONSTRAINT shared_key PRIMARY KEY (id));
