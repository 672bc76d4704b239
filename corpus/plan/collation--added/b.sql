CREATE COLLATION public.german (provider = icu, locale = 'de');
CREATE COLLATION public."Any ""case" (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE COLLATION public.c (provider = libc, locale = 'C');
COMMENT ON COLLATION public.german IS 'de'; ALTER COLLATION public.c OWNER TO pg_monitor;
CREATE TABLE public.t (id integer PRIMARY KEY, name text COLLATE public.german); CREATE DOMAIN public.d AS text COLLATE public."Any ""case"; CREATE INDEX i ON public.t (name COLLATE public.c);
