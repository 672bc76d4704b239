CREATE TEXT SEARCH DICTIONARY public.s (TEMPLATE = pg_catalog.synonym, CASESENSITIVE = 'false', SYNONYMS = 'synonym_sample');
CREATE TABLE public.s (d text); CREATE TEXT SEARCH DICTIONARY public."O""dd, n" (TEMPLATE = pg_catalog.simple); COMMENT ON TEXT SEARCH DICTIONARY public."O""dd, n" IS 'it''s';
