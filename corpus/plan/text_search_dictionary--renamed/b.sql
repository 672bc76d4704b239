CREATE SCHEMA app; CREATE TEXT SEARCH DICTIONARY app.d (TEMPLATE = pg_catalog.simple, ACCEPT = 'false');
CREATE TEXT SEARCH DICTIONARY public.d (TEMPLATE = pg_catalog.simple, STOPWORDS = 'english');
