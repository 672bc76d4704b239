CREATE SCHEMA app; CREATE COLLATION app.deutsch (provider = icu, locale = 'de'); CREATE TABLE public.t (id integer PRIMARY KEY, name text COLLATE app.deutsch); CREATE INDEX i ON public.t (name);
