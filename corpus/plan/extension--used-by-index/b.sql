CREATE EXTENSION pg_trgm; CREATE TABLE public.t (c text); CREATE INDEX i ON public.t USING gin (c public.gin_trgm_ops);
