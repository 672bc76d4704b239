CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE VIEW public.v AS SELECT id FROM public.t; CREATE VIEW public.w AS SELECT id FROM public.v;
