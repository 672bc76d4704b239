CREATE DOMAIN public.d AS integer DEFAULT 1 CONSTRAINT a CHECK (VALUE > 0);
CREATE TABLE public.t (id integer, d public.d);
CREATE VIEW public.v AS SELECT d FROM public.t;
