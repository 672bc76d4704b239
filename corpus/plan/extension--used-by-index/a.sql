CREATE EXTENSION pg_trgm; CREATE TABLE public.t (c text);
