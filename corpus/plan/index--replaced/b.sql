CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE UNIQUE INDEX i ON public.t (lower(name), n DESC) INCLUDE (id) WHERE n > 0; ALTER INDEX public.i ALTER COLUMN 1 SET STATISTICS 9; COMMENT ON INDEX public.i IS 'i';
