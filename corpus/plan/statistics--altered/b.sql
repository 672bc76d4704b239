CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b text); CREATE SCHEMA app;
CREATE STATISTICS public.s (dependencies) ON a, b FROM public.t; CREATE STATISTICS app."Made" ON (a + 1) FROM public.t;
ALTER STATISTICS app."Made" SET STATISTICS 7;
CREATE STATISTICS public.kept ON a, id FROM public.t; COMMENT ON STATISTICS public.kept IS 'kept'; ALTER STATISTICS public.kept OWNER TO pg_monitor;
