CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE INDEX i ON public.t (name); CREATE TABLE public.u (t integer REFERENCES public.t); CREATE VIEW public.v AS SELECT t.name FROM public.t;
