CREATE SCHEMA p;
CREATE TYPE p.mood AS ENUM ('a', 'b');
CREATE DOMAIN p.posint AS integer;
CREATE DOMAIN p.dchk AS integer CHECK (VALUE > 0);
CREATE TABLE p.ref (id integer PRIMARY KEY, x integer);
CREATE TABLE p.t (
  id integer PRIMARY KEY, a integer, b text, v varchar(10), n numeric(10,2), ts timestamp, j json,
  nn integer NOT NULL DEFAULT 1, r integer, fkd integer CONSTRAINT fk1 REFERENCES p.ref, d p.posint, u integer,
  CONSTRAINT ck CHECK (a IS NULL OR a >= 0), CONSTRAINT ck_nn CHECK (u IS NOT NULL));
CREATE INDEX t_a ON p.t (a);
CREATE UNIQUE INDEX t_uq ON p.t (u);
CREATE FUNCTION p.trf() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER trg BEFORE INSERT ON p.t FOR EACH ROW EXECUTE FUNCTION p.trf();
ALTER TABLE p.t ADD CONSTRAINT ck_nv CHECK (a < 1000) NOT VALID;
ALTER TABLE p.t ADD CONSTRAINT fk_nv FOREIGN KEY (r) REFERENCES p.ref NOT VALID;
CREATE TABLE p.part (id integer, k integer) PARTITION BY RANGE (k);
CREATE TABLE p.part1 PARTITION OF p.part FOR VALUES FROM (1) TO (10);
CREATE TABLE p.child (id integer, k integer);
CREATE TABLE p.childck (id integer, k integer, CONSTRAINT kk CHECK (k IS NOT NULL AND k >= 20 AND k < 30));
CREATE TABLE p.parent (id integer, k integer);
CREATE TABLE p.heir () INHERITS (p.parent);
CREATE TABLE p.heir2 () INHERITS (p.heir);
ALTER TABLE p.t ADD COLUMN c1 integer;
ALTER TABLE p.t ADD COLUMN c2 integer NOT NULL DEFAULT 5;
ALTER TABLE p.t ADD COLUMN c3 timestamptz DEFAULT now();
ALTER TABLE p.t ADD COLUMN c4 uuid DEFAULT gen_random_uuid();
ALTER TABLE p.t ADD COLUMN c5 timestamptz DEFAULT clock_timestamp();
ALTER TABLE p.t ADD COLUMN c6 serial;
ALTER TABLE p.t ADD COLUMN c7 integer GENERATED ALWAYS AS IDENTITY;
ALTER TABLE p.t ADD COLUMN c8 integer GENERATED ALWAYS AS (a * 2) STORED;
ALTER TABLE p.t ADD COLUMN c9 integer REFERENCES p.ref;
ALTER TABLE p.t ADD COLUMN c10 integer UNIQUE;
ALTER TABLE p.t ADD COLUMN c11 integer CHECK (c11 > 0);
ALTER TABLE p.t ADD COLUMN c12 p.dchk;
ALTER TABLE p.t ADD COLUMN c13 p.posint;
