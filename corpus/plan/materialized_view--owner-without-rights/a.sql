DO $$ BEGIN CREATE ROLE plan_test_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE t (x text);
