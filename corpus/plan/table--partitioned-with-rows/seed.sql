ALTER TABLE t DISABLE TRIGGER refuse;
INSERT INTO t (m, ms, n, note) VALUES ('good', '{bad,good}', 1, 'x'), ('bad', NULL, 20, NULL), (NULL, '{}', 5, 'it''s');
ALTER TABLE t ENABLE TRIGGER refuse;
REFRESH MATERIALIZED VIEW notes;
