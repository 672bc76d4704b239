CREATE TABLE public.t (id integer PRIMARY KEY, name text); CREATE TEXT SEARCH DICTIONARY public.d (TEMPLATE = pg_catalog.simple, ACCEPT = 'true', STOPWORDS = 'english'); CREATE TEXT SEARCH DICTIONARY public.gone (TEMPLATE = pg_catalog.snowball, LANGUAGE = 'german');
CREATE TEXT SEARCH DICTIONARY public.other (TEMPLATE = pg_catalog.snowball, LANGUAGE = 'german');
