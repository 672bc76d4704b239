CREATE TABLE p (a integer, b text, CONSTRAINT positive CHECK (a > 0));
CREATE TABLE q (a integer);
CREATE TABLE leaves (a integer, b text, CONSTRAINT positive CHECK (a > 0)) INHERITS (p);
CREATE TABLE below (own integer) INHERITS (leaves);
CREATE TABLE stays (a integer, b text, CONSTRAINT positive CHECK (a > 0)) INHERITS (p, q);
CREATE TABLE keeps_names (a integer, b text, CONSTRAINT positive CHECK (a > 0)) INHERITS (p, q);
CREATE TABLE events (id integer, at date NOT NULL, kind text, PRIMARY KEY (id, at, kind), CONSTRAINT known CHECK (kind <> ''))
    PARTITION BY RANGE (at);
CREATE INDEX events_kind ON events (kind);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (kind);
CREATE TABLE events_1_a PARTITION OF events_1 FOR VALUES IN ('a');
CREATE TABLE events_2 PARTITION OF events DEFAULT;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER touched AFTER UPDATE ON events FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER own AFTER UPDATE ON events_1 FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE events_1_a DISABLE TRIGGER touched;
ALTER TABLE events_1_a DISABLE TRIGGER own;
