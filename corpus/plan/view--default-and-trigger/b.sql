CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE VIEW public.v AS SELECT id, name FROM public.t; ALTER VIEW public.v ALTER name SET DEFAULT 'x'; CREATE FUNCTION public.tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$; CREATE TRIGGER tr INSTEAD OF INSERT ON public.v FOR EACH ROW EXECUTE FUNCTION public.tf(); COMMENT ON COLUMN public.v.name IS 'n';
