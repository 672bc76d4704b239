CREATE TABLE t (goes integer, b integer, "C ""c""" integer, a integer);
CREATE STATISTICS s (mcv) ON goes, b, (b + a) FROM t;
CREATE STATISTICS renamed ON a, b FROM t;
CREATE STATISTICS odd ON "C ""c""", b FROM t;
