CREATE SCHEMA s;
CREATE TYPE floats AS RANGE (subtype = float8);
CREATE TYPE named AS RANGE (subtype = float8, multirange_type_name = s.several);
CREATE TYPE stays AS RANGE (subtype = integer);
ALTER TYPE floats SET SCHEMA s;
ALTER TYPE stays RENAME TO otherwise;
CREATE TABLE t (f s.floats, n named, o otherwise);
