CREATE SCHEMA app; CREATE TABLE public.t (id integer PRIMARY KEY, name text); CREATE TEXT SEARCH DICTIONARY app.d2 (TEMPLATE = pg_catalog.simple); CREATE TEXT SEARCH CONFIGURATION app."Words" (PARSER = pg_catalog."default"); ALTER TEXT SEARCH CONFIGURATION app."Words" ADD MAPPING FOR asciiword WITH app.d2;
CREATE INDEX i ON public.t USING gin (to_tsvector('app."Words"', name));
