CREATE TYPE mood AS ENUM ('good', 'bad', 'gone');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no new rows'; END $$;
CREATE TABLE t (
    id integer GENERATED ALWAYS AS IDENTITY,
    m mood,
    ms mood[],
    n integer NOT NULL,
    note varchar(10),
    twice integer GENERATED ALWAYS AS (n * 2) STORED,
    CONSTRAINT t_pkey PRIMARY KEY (id)
);
CREATE INDEX t_n ON t (n);
CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE MATERIALIZED VIEW notes AS SELECT note::text AS note FROM t;
