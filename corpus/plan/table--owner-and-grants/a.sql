DO $$ BEGIN CREATE ROLE plan_app; EXCEPTION WHEN duplicate_object THEN NULL; END $$; CREATE TABLE public.t (id serial, x text);
