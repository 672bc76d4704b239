CREATE TABLE p (d integer, b text, CONSTRAINT above_zero CHECK (d > 0));
CREATE TABLE declares (d integer, b text, own integer, CONSTRAINT above_zero CHECK (d > 0)) INHERITS (p);
CREATE TABLE below () INHERITS (declares);
CREATE TABLE vacates (e integer, was_d integer) INHERITS (p);
CREATE TABLE takes (a integer) INHERITS (p);
