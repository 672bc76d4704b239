CREATE TABLE t (b int, a int, c int);
CREATE PUBLICATION p FOR TABLE t (a, b);
