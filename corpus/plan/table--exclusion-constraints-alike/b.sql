CREATE TABLE s (a int);
CREATE TABLE t (a int, b int);
ALTER TABLE t ADD CONSTRAINT t_one EXCLUDE USING btree (((a + b)) WITH =) WHERE (a > 0);
ALTER TABLE t ADD CONSTRAINT t_two EXCLUDE USING btree (((a + b)) WITH =) WHERE (a > 0);
ALTER TABLE t ADD CONSTRAINT t_three EXCLUDE USING btree (((a - b)) WITH =);
