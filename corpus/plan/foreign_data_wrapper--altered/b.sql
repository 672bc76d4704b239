CREATE EXTENSION postgres_fdw;
CREATE FOREIGN DATA WRAPPER "Far ""1""" HANDLER postgres_fdw_handler VALIDATOR postgresql_fdw_validator;
ALTER FOREIGN DATA WRAPPER "Far ""1""" NO VALIDATOR OPTIONS (a 'z\', "Odd key" 'it''s', b '');
COMMENT ON FOREIGN DATA WRAPPER "Far ""1""" IS 'Ours.';
GRANT USAGE ON FOREIGN DATA WRAPPER "Far ""1""" TO PUBLIC;
