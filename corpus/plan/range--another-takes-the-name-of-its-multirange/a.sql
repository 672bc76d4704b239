CREATE TYPE floats AS RANGE (subtype = float8, multirange_type_name = many_floats);
CREATE TABLE t (a floats);
