CREATE TABLE parent (
  a integer NOT NULL NO INHERIT, b integer, c integer NOT NULL NO INHERIT, d integer NOT NULL, e integer NOT NULL,
  f integer, g integer, h integer, i integer, j integer NOT NULL,
  k integer DEFAULT 1 NOT NULL NO INHERIT, l integer);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE grandchild () INHERITS (child);
ALTER TABLE child ALTER c SET NOT NULL;
ALTER TABLE grandchild ALTER e SET NOT NULL;
ALTER TABLE parent ADD CONSTRAINT some_name NOT NULL b NOT VALID;
ALTER TABLE parent ADD NOT NULL i NOT VALID;
ALTER TABLE parent ADD NOT NULL l NOT VALID;
COMMENT ON CONSTRAINT parent_a_not_null ON parent IS 'comes';
COMMENT ON CONSTRAINT parent_c_not_null ON parent IS 'stays';
COMMENT ON CONSTRAINT some_name ON parent IS 'it''s another';
COMMENT ON CONSTRAINT parent_i_not_null ON parent IS 'is';
CREATE TABLE another (x integer NOT NULL NO INHERIT, y integer NOT NULL, z integer NOT NULL);
CREATE TABLE spread (k integer, v integer) PARTITION BY LIST (k);
CREATE TABLE spread_1 PARTITION OF spread FOR VALUES IN (1);
ALTER TABLE spread ADD NOT NULL v NOT VALID;
-- All of it, of new tables.
CREATE TABLE new_parent (a integer CONSTRAINT own NOT NULL NO INHERIT, b integer, c integer NOT NULL);
CREATE TABLE new_child () INHERITS (new_parent);
CREATE TABLE new_grandchild () INHERITS (new_child);
ALTER TABLE new_child ADD CONSTRAINT "Odd name" NOT NULL a NO INHERIT;
ALTER TABLE new_parent ADD NOT NULL b NOT VALID;
CREATE TABLE new_late () INHERITS (new_parent);
COMMENT ON CONSTRAINT own ON new_parent IS 'one';
COMMENT ON CONSTRAINT new_parent_b_not_null ON new_parent IS 'two';
COMMENT ON CONSTRAINT "Odd name" ON new_child IS 'three';
CREATE TABLE new_spread (k integer, v integer) PARTITION BY LIST (k);
CREATE TABLE new_spread_1 PARTITION OF new_spread FOR VALUES IN (1);
ALTER TABLE new_spread ADD NOT NULL v NOT VALID;
