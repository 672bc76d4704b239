-- alone: null, inherited, of the parent alone, unchecked, and each of them to the others.
CREATE TABLE parent (
  a integer, b integer, c integer NOT NULL, d integer NOT NULL NO INHERIT, e integer NOT NULL NO INHERIT,
  f integer NOT NULL, g integer, h integer, i integer NOT NULL, j integer);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE grandchild () INHERITS (child);
ALTER TABLE child ALTER c SET NOT NULL;
ALTER TABLE grandchild ADD NOT NULL e NO INHERIT;
ALTER TABLE parent ADD CONSTRAINT parent_h_not_null NOT NULL h NOT VALID;
ALTER TABLE parent ADD CONSTRAINT "J's" NOT NULL j NOT VALID;
COMMENT ON CONSTRAINT parent_c_not_null ON parent IS 'stays';
COMMENT ON CONSTRAINT parent_f_not_null ON parent IS 'goes';
COMMENT ON CONSTRAINT parent_i_not_null ON parent IS 'was';
CREATE TABLE renamed (x integer NOT NULL, y integer NOT NULL NO INHERIT, z integer);
ALTER TABLE renamed ADD NOT NULL z NOT VALID;
CREATE TABLE spread (k integer, v integer) PARTITION BY LIST (k);
CREATE TABLE spread_1 PARTITION OF spread FOR VALUES IN (1);
