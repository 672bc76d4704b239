CREATE TYPE public.mood AS ENUM ('a', 'b', 'c');
CREATE TABLE public.t (id integer, m public.mood DEFAULT 'a', ms public.mood[]);
CREATE INDEX i ON public.t (m);
CREATE INDEX p ON public.t (id) WHERE m = 'a';
CREATE VIEW public.v AS SELECT id, m FROM public.t WHERE m > 'a';
CREATE FUNCTION public.f(m public.mood) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
GRANT SELECT ON public.v TO PUBLIC;
COMMENT ON VIEW public.v IS 'kept';
