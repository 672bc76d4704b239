CREATE TABLE p (a integer NOT NULL, b integer NOT NULL, c text) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p (CONSTRAINT p1_pk PRIMARY KEY (a, b)) FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 (a integer NOT NULL, b integer NOT NULL, c text);
CREATE INDEX p_b ON p (b);
CREATE INDEX p2_b_counterpart ON p2 (b);
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20);
CREATE INDEX p2_own ON p2 (b);
-- Of two that are alike each has its own below, and one has none: it is not valid.
CREATE INDEX p_c1 ON p (c);
CREATE INDEX p_c2 ON p (c);
CREATE INDEX p_c_only ON ONLY p (c);
-- The key of the partition is of another kind.
ALTER TABLE p ADD CONSTRAINT p_ab UNIQUE (a, b);
