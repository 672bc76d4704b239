CREATE TYPE point_of AS (x int, y int, z text);
CREATE TABLE t (x int PRIMARY KEY, y int);
CREATE TABLE u OF point_of;
CREATE TABLE v OF point_of;
