CREATE DOMAIN public.d AS integer NOT NULL CONSTRAINT a CHECK (VALUE > -1) CONSTRAINT b CHECK (VALUE < 9);
CREATE TABLE public.t (id integer, d public.d);
CREATE VIEW public.v AS SELECT d FROM public.t;
