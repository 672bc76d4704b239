CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b text);
CREATE STATISTICS public.s ON a, b FROM public.t; CREATE STATISTICS public.gone (mcv) ON id, a FROM public.t;
CREATE STATISTICS public.kept ON a, id FROM public.t; ALTER STATISTICS public.kept SET STATISTICS 10;
