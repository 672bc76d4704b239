CREATE TABLE t (b integer, "C ""c""" integer, z integer, comes integer);
CREATE STATISTICS s (mcv) ON comes, b, (b + z) FROM t;
CREATE STATISTICS renamed ON z, b FROM t;
CREATE STATISTICS odd ON "C ""c""", b FROM t;
