CREATE TABLE t (a int, b int, c int);
CREATE PUBLICATION p FOR TABLE t (a, b);
