CREATE FUNCTION public.add(a bigint, b integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION public.less(a bigint, b integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE AGGREGATE public.total(integer) (SFUNC = public.add, STYPE = bigint, INITCOND = '1', SSPACE = 16, MSFUNC = public.add, MINVFUNC = public.less, MSTYPE = bigint, MINITCOND = '1', PARALLEL = SAFE);
CREATE AGGREGATE public."Percent""ile"(double precision ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE public.ranked(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE public.largest(a integer) (SFUNC = int4larger, STYPE = integer, SORTOP = OPERATOR(pg_catalog.>), COMBINEFUNC = int4larger);
COMMENT ON AGGREGATE public.total(integer) IS 'total'; REVOKE ALL ON FUNCTION public.total(integer) FROM PUBLIC; ALTER AGGREGATE public.largest(integer) OWNER TO pg_monitor;
CREATE VIEW public.v AS SELECT public.total(x) FROM generate_series(1, 2) AS x;
