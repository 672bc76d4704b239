CREATE TABLE p (a integer, b integer, c text) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 (a integer, b integer, c text);
CREATE INDEX p2_own ON p2 (b);
CREATE INDEX p_b ON p (b);
