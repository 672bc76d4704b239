CREATE TABLE t (id integer PRIMARY KEY, name text);
CREATE VIEW v AS SELECT 1 AS id, 'x'::text AS name;
CREATE OR REPLACE VIEW v AS SELECT v.id, v.name FROM v;
CREATE VIEW w AS SELECT t.id FROM t JOIN v ON v.id = t.id;
