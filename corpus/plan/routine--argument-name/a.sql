CREATE FUNCTION public.f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
CREATE TABLE public.t (id integer, n integer DEFAULT public.f(1), g integer GENERATED ALWAYS AS (public.f(id)) STORED, CHECK (public.f(id) > 0));
CREATE INDEX i ON public.t (public.f(id));
CREATE VIEW public.v AS SELECT public.f(id) AS x FROM public.t;
CREATE VIEW public.w AS SELECT x FROM public.v;
