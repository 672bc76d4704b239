CREATE FOREIGN DATA WRAPPER "Far ""1""" OPTIONS (a 'x', "Odd key" 'it''s', gone 'y');
CREATE FOREIGN DATA WRAPPER goes VALIDATOR postgresql_fdw_validator;
COMMENT ON FOREIGN DATA WRAPPER goes IS 'Old.';
