DO $$ BEGIN CREATE ROLE plan_test_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE t (x text);
CREATE TYPE pair AS (x integer, y integer);
ALTER TABLE t ADD COLUMN p pair;
