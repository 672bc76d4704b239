CREATE TYPE point_of AS (longitude int, y int);
CREATE TABLE t OF point_of;
CREATE TABLE u (x int, why int);
