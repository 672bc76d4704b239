CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE VIEW public.v WITH (security_barrier) AS SELECT n, id FROM public.t WITH LOCAL CHECK OPTION; CREATE VIEW public.w AS SELECT id FROM public.v; COMMENT ON VIEW public.w IS 'w'; GRANT SELECT ON public.w TO PUBLIC;
