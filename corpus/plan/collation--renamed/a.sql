CREATE SCHEMA app; CREATE COLLATION public.german (provider = icu, locale = 'de'); CREATE TABLE public.t (id integer PRIMARY KEY, name text COLLATE public.german); CREATE INDEX i ON public.t (name);
