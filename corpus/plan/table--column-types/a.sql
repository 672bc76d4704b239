CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE VIEW public.v AS SELECT name, n FROM public.t; CREATE VIEW public.w AS SELECT n FROM public.v; CREATE INDEX i ON public.t (n); CREATE FUNCTION public.tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$; CREATE TRIGGER tr BEFORE UPDATE OF n ON public.t FOR EACH ROW EXECUTE FUNCTION public.tf();
