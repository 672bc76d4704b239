CREATE TABLE base (id integer, note text);
CREATE TABLE keeps (own integer) INHERITS (base);
CREATE TABLE loses (own integer) INHERITS (base);
CREATE TABLE below () INHERITS (loses);
CREATE TABLE leaves (own integer) INHERITS (base);
