CREATE TABLE public.t (id bigint PRIMARY KEY, name text, n integer); CREATE VIEW public.v AS SELECT id, n FROM public.t;CREATE MATERIALIZED VIEW public.m AS SELECT id, name FROM public.t;
CREATE UNIQUE INDEX mi ON public.m (id);
COMMENT ON MATERIALIZED VIEW public.m IS 'm';
