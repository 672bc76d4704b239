CREATE TABLE p (a integer PRIMARY KEY, b integer);
CREATE TABLE goes () INHERITS (p);
CREATE TABLE leaves (a integer NOT NULL, b integer, PRIMARY KEY (a)) INHERITS (p);
CREATE TABLE below () INHERITS (leaves);
CREATE TABLE stays (PRIMARY KEY (a)) INHERITS (p);
CREATE PUBLICATION pub FOR TABLE p (a, b);
