CREATE TABLE other (id integer PRIMARY KEY);
CREATE TABLE parent (a integer NOT NULL, b integer, c integer NOT NULL, d integer);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE grandchild () INHERITS (child);
CREATE INDEX parent_b ON parent (b);
CREATE TABLE gone (p integer REFERENCES other);
