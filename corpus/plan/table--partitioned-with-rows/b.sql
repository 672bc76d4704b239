CREATE TYPE mood AS ENUM ('bad', 'good');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no new rows'; END $$;
CREATE TABLE t (
    id integer GENERATED ALWAYS AS IDENTITY,
    m mood,
    ms mood[],
    n integer NOT NULL,
    note text,
    twice integer GENERATED ALWAYS AS (n * 2) STORED,
    CONSTRAINT t_pkey PRIMARY KEY (id, n)
) PARTITION BY RANGE (n);
CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_rest PARTITION OF t DEFAULT;
CREATE INDEX t_n ON t (n);
CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE MATERIALIZED VIEW notes AS SELECT note::text AS note FROM t;
