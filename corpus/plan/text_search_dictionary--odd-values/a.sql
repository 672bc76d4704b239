CREATE TEXT SEARCH DICTIONARY public.s (TEMPLATE = pg_catalog.synonym, CASESENSITIVE = 'true', SYNONYMS = 'synonym_sample');
