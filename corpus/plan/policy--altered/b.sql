DO $$ BEGIN CREATE ROLE "Policy Reader"; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE TABLE public.t (id integer PRIMARY KEY, owner text, n integer); ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON public.t TO "Policy Reader", pg_monitor USING (owner = current_user OR n = 0);
CREATE POLICY q ON public.t FOR UPDATE USING (n > 0) WITH CHECK (n > 1);
CREATE POLICY "Made"" here" ON public.t AS RESTRICTIVE FOR INSERT WITH CHECK (id > 0);
COMMENT ON POLICY p ON public.t IS 'who''s';
