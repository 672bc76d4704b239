-- Not null from the top, where nothing below is yet, where the middle is, and where the bottom is; and not any more, where
-- all below go too, where the middle stays, and where the bottom does.
CREATE TABLE top (
  a integer, b integer, c integer, d integer NOT NULL, e integer NOT NULL, f integer NOT NULL);
CREATE TABLE middle (c integer NOT NULL, g integer) INHERITS (top);
CREATE TABLE bottom () INHERITS (middle);
CREATE TABLE beside (a integer, i integer) INHERITS (top);
ALTER TABLE middle ALTER b SET NOT NULL;
ALTER TABLE middle ALTER d SET NOT NULL;
ALTER TABLE bottom ALTER a SET NOT NULL;
ALTER TABLE bottom ALTER f SET NOT NULL;
CREATE TABLE second (a integer, e integer NOT NULL);
CREATE TABLE "both" () INHERITS (top, second);
CREATE TABLE spread (k integer, v text) PARTITION BY LIST (k);
CREATE TABLE spread_1 PARTITION OF spread FOR VALUES IN (1) PARTITION BY LIST (k);
CREATE TABLE spread_1_1 PARTITION OF spread_1 FOR VALUES IN (1);
CREATE TABLE spread_2 (k integer, v text NOT NULL);
ALTER TABLE spread ATTACH PARTITION spread_2 FOR VALUES IN (2);
