CREATE FUNCTION public.add(a bigint, b integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION public.less(a bigint, b integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE AGGREGATE public.total(integer) (SFUNC = public.add, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE public.gone(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0'); COMMENT ON AGGREGATE public.gone(*) IS 'gone';
CREATE VIEW public.v AS SELECT public.total(x) FROM generate_series(1, 2) AS x;
