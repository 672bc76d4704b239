CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
CREATE FUNCTION public.tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER tr BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.tf(); ALTER TABLE public.t ENABLE ALWAYS TRIGGER tr;
