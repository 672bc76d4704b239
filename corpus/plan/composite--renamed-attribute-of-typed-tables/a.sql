CREATE TYPE point_of AS (x int, y int);
CREATE TABLE t OF point_of;
CREATE TABLE u OF point_of;
