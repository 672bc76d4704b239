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
CREATE TABLE p.n1 (id integer REFERENCES p.ref);
CREATE TABLE p.n2 PARTITION OF p.part FOR VALUES FROM (30) TO (40);
ALTER TABLE p.part ATTACH PARTITION p.child FOR VALUES FROM (10) TO (20);
ALTER TABLE p.part ATTACH PARTITION p.childck FOR VALUES FROM (20) TO (30);
CREATE TABLE p.n3 () INHERITS (p.parent);
DROP TABLE p.t;
