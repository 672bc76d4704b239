CREATE SCHEMA e; CREATE EXTENSION xml2; CREATE TABLE t (x text); CREATE VIEW v AS SELECT public.xml_encode_special_chars(x) AS y FROM t;
