CREATE SCHEMA app; CREATE TABLE public.t (id integer PRIMARY KEY, name text); CREATE TEXT SEARCH DICTIONARY public.d (TEMPLATE = pg_catalog.simple); CREATE TEXT SEARCH CONFIGURATION public.words (PARSER = pg_catalog."default"); ALTER TEXT SEARCH CONFIGURATION public.words ADD MAPPING FOR asciiword WITH public.d;
CREATE INDEX i ON public.t USING gin (to_tsvector('public.words', name));
