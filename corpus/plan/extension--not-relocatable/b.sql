CREATE SCHEMA e; CREATE EXTENSION xml2 WITH SCHEMA e; CREATE TABLE t (x text); CREATE VIEW v AS SELECT e.xml_encode_special_chars(x) AS y FROM t;
