CREATE TABLE public.t (id integer PRIMARY KEY, name text); CREATE TEXT SEARCH DICTIONARY public.d (TEMPLATE = pg_catalog.simple, ACCEPT = 'false'); COMMENT ON TEXT SEARCH DICTIONARY public.d IS 'd';
CREATE TEXT SEARCH DICTIONARY public."Made" (TEMPLATE = pg_catalog.simple); ALTER TEXT SEARCH DICTIONARY public."Made" OWNER TO pg_monitor;
CREATE TEXT SEARCH DICTIONARY public.other (TEMPLATE = pg_catalog.simple);
