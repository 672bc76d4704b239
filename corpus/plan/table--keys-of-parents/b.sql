CREATE TABLE other (id integer PRIMARY KEY);
CREATE TABLE parent (a integer NOT NULL, b integer, c integer NOT NULL, d integer);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE grandchild () INHERITS (child);
CREATE INDEX parent_b ON parent (b);
-- Keys are of the parent alone.
ALTER TABLE parent ADD CONSTRAINT parent_pk PRIMARY KEY (a);
ALTER TABLE parent ADD CONSTRAINT parent_b_key UNIQUE (b);
ALTER TABLE parent ADD CONSTRAINT parent_c_exclude EXCLUDE USING btree (c WITH =);
ALTER TABLE parent ADD CONSTRAINT parent_fk FOREIGN KEY (b) REFERENCES other;
ALTER TABLE other ADD COLUMN p integer REFERENCES parent;
CREATE TABLE comes (p integer REFERENCES parent);
