CREATE COLLATION public.german (provider = icu, locale = 'de-AT'); CREATE TABLE public.t (id integer PRIMARY KEY, name text COLLATE public.german, n text); CREATE INDEX i ON public.t (name);
CREATE VIEW public.v AS SELECT name FROM public.t ORDER BY n COLLATE public.german; CREATE DOMAIN public.d AS text COLLATE public.german; COMMENT ON COLLATION public.german IS 'kept';
