DO $$ BEGIN CREATE ROLE "Policy Reader"; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE TABLE public.t (id integer PRIMARY KEY, owner text, n integer); ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON public.t USING (owner = current_user);
CREATE POLICY q ON public.t FOR UPDATE TO pg_monitor USING (n > 0);
CREATE POLICY gone ON public.t FOR DELETE USING (false);
