CREATE TABLE p (a bigint NOT NULL, b text DEFAULT 'x', e integer, CONSTRAINT positive CHECK (a > 1));
CREATE TABLE q (a integer, d date);
CREATE TABLE leaves (a integer NOT NULL, b text DEFAULT 'y', own text,
    CONSTRAINT positive CHECK (a > 0));
CREATE TABLE below () INHERITS (leaves);
CREATE TABLE keeps_one (a integer NOT NULL, d date, b text DEFAULT 'x',
    CONSTRAINT positive CHECK (a > 0)) INHERITS (q);
CREATE TABLE changes (a integer);
CREATE VIEW all_of_p AS SELECT a, b FROM p;
