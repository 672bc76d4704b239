CREATE SCHEMA s;
CREATE TYPE s.floats AS RANGE (subtype = numeric, multirange_type_name = public.floats_multirange);
CREATE TYPE named AS RANGE (subtype = numeric, multirange_type_name = s.several);
CREATE TYPE otherwise AS RANGE (subtype = bigint, multirange_type_name = stays_multirange);
CREATE TABLE t (f s.floats, n named, o otherwise);
