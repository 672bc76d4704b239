DO $$ BEGIN CREATE ROLE plan_test_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE t (x text);
CREATE TYPE pair AS (x integer, y integer);
ALTER TABLE t ADD COLUMN p pair;
CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE MATERIALIZED VIEW m USING own_heap AS SELECT x, p FROM t;
ALTER MATERIALIZED VIEW m OWNER TO plan_test_reader;
