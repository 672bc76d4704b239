CREATE TABLE p (a integer NOT NULL, b integer DEFAULT 2, c bigint, d integer DEFAULT 5);
CREATE TABLE keeps (e integer) INHERITS (p);
CREATE TABLE also (f integer) INHERITS (p);
CREATE TABLE and_below (g integer) INHERITS (also);
