CREATE TABLE public.t (id integer PRIMARY KEY, a bigint);
CREATE FUNCTION public.f(integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE STATISTICS public.s ON a, id FROM public.t; ALTER STATISTICS public.s SET STATISTICS 100; COMMENT ON STATISTICS public.s IS 's';
CREATE STATISTICS public.e ON public.f(id), (a + 1) FROM public.t;
