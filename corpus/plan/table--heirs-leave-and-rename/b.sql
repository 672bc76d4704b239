CREATE TABLE p (a integer, b text, CONSTRAINT positive CHECK (a > 0));
CREATE TABLE q (c integer);
CREATE TABLE leaves (n integer, b text, CONSTRAINT above_zero CHECK (n > 0));
CREATE TABLE below (own integer) INHERITS (leaves);
CREATE TABLE stays (a integer, b text, CONSTRAINT positive CHECK (a > 0)) INHERITS (p);
CREATE TABLE keeps_names (a integer, b text, c integer, CONSTRAINT positive CHECK (a > 0)) INHERITS (p, q);
CREATE TABLE events (id integer, at date NOT NULL, kind text, PRIMARY KEY (id, at, kind), CONSTRAINT known CHECK (kind <> ''))
    PARTITION BY RANGE (at);
CREATE INDEX events_kind ON events (kind);
CREATE TABLE events_1 (id integer, at date NOT NULL, sort text, PRIMARY KEY (id, at, sort), CONSTRAINT sorted CHECK (sort <> ''))
    PARTITION BY LIST (sort);
CREATE INDEX events_1_kind_idx ON events_1 (sort);
CREATE TABLE events_1_a PARTITION OF events_1 FOR VALUES IN ('a');
ALTER INDEX events_1_a_sort_idx RENAME TO events_1_a_kind_idx;
CREATE TABLE events_2 PARTITION OF events DEFAULT;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER touched AFTER UPDATE ON events FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER own AFTER UPDATE ON events_1 FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE events_1_a DISABLE TRIGGER own;
