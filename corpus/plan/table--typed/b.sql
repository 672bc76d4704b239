CREATE TYPE point_of AS (x int, y int);
CREATE TABLE t OF point_of (x WITH OPTIONS PRIMARY KEY, y NOT NULL DEFAULT 2);
COMMENT ON COLUMN t.y IS 'Second.';
CREATE TABLE v OF point_of (CONSTRAINT positive CHECK (x > 0));
