CREATE TABLE source (id integer PRIMARY KEY, code text);
