CREATE SCHEMA old;
CREATE TABLE old.goes (a integer);
CREATE TABLE old.stays (a integer);
CREATE FUNCTION counts() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM old.goes; END;
CREATE VIEW v AS SELECT * FROM old.goes;
