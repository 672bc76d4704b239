CREATE TABLE p (a integer, b text, gone integer, CONSTRAINT positive CHECK (a > 0));
CREATE TABLE declares (a integer, b text, gone integer, own integer, CONSTRAINT positive CHECK (a > 0)) INHERITS (p);
CREATE TABLE below () INHERITS (declares);
CREATE TABLE vacates (e integer, d integer) INHERITS (p);
CREATE TABLE takes (f integer) INHERITS (p);
