CREATE TYPE point_of AS (x int, y int);
CREATE TABLE t OF point_of (x WITH OPTIONS PRIMARY KEY, y DEFAULT 1);
CREATE TABLE u OF point_of;
