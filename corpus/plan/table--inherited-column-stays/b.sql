CREATE TABLE base (id integer);
CREATE TABLE keeps (own integer, note text) INHERITS (base);
CREATE TABLE loses (own integer) INHERITS (base);
CREATE TABLE below () INHERITS (loses);
CREATE TABLE leaves (id integer, own integer);
