CREATE FUNCTION public.add(a bigint, c integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE AGGREGATE public.total(integer) (SFUNC = public.add, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE public.other(b integer) (SFUNC = int4pl, STYPE = integer);
CREATE AGGREGATE public.becomes(integer) (SFUNC = int4pl, STYPE = integer);
CREATE VIEW public.v AS SELECT public.total(x) FROM generate_series(1, 2) AS x;
