CREATE TYPE point_of AS (x int, y int);
CREATE TABLE t OF point_of (x WITH OPTIONS PRIMARY KEY);
CREATE TABLE u OF point_of;
CREATE TABLE v (x int, w int, y int);
