CREATE DOMAIN public.d AS integer;
CREATE TABLE public.t (id integer, d public.d);
CREATE VIEW public.v AS SELECT d FROM public.t;
ALTER DOMAIN public.d ADD CONSTRAINT x CHECK (VALUE > 0) NOT VALID;
COMMENT ON CONSTRAINT x ON DOMAIN public.d IS 'later';
