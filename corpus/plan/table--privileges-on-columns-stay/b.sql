CREATE TABLE t (a integer, b integer);
GRANT UPDATE ON t TO pg_monitor;
GRANT SELECT (a), INSERT (a), UPDATE (b) ON t TO pg_monitor;
GRANT SELECT ON t TO pg_read_all_data;
GRANT SELECT (a) ON t TO pg_read_all_data WITH GRANT OPTION;
GRANT SELECT (a) ON t TO PUBLIC;
CREATE VIEW v AS SELECT a, b FROM t;
GRANT SELECT (a) ON v TO pg_monitor;
