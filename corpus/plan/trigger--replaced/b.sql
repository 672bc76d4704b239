CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE FUNCTION public.tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER tr AFTER UPDATE OF n ON public.t FOR EACH ROW WHEN (new.n > 1) EXECUTE FUNCTION public.tf(); ALTER TABLE public.t DISABLE TRIGGER tr; COMMENT ON TRIGGER tr ON public.t IS 'tr';
