CREATE TABLE p (a integer, b integer DEFAULT 1, c integer, d integer, e integer);
CREATE TABLE keeps (e integer) INHERITS (p);
