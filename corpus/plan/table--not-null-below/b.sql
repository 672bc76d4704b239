CREATE TABLE top (
  a integer NOT NULL, b integer NOT NULL, c integer NOT NULL, d integer, e integer, f integer);
CREATE TABLE middle (c integer NOT NULL, g integer NOT NULL) INHERITS (top);
CREATE TABLE bottom () INHERITS (middle);
CREATE TABLE beside (a integer, i integer) INHERITS (top);
ALTER TABLE middle ALTER b SET NOT NULL;
ALTER TABLE middle ALTER d SET NOT NULL;
ALTER TABLE bottom ALTER a SET NOT NULL;
ALTER TABLE bottom ALTER f SET NOT NULL;
CREATE TABLE second (a integer, e integer NOT NULL);
CREATE TABLE "both" () INHERITS (top, second);
CREATE TABLE spread (k integer NOT NULL, v text NOT NULL) PARTITION BY LIST (k);
CREATE TABLE spread_1 PARTITION OF spread FOR VALUES IN (1) PARTITION BY LIST (k);
CREATE TABLE spread_1_1 PARTITION OF spread_1 FOR VALUES IN (1);
CREATE TABLE spread_2 (k integer NOT NULL, v text NOT NULL);
ALTER TABLE spread ATTACH PARTITION spread_2 FOR VALUES IN (2);
