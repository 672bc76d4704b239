CREATE SCHEMA new;
CREATE TABLE new.stays (a integer);
CREATE TABLE new.parted (a integer, b integer) PARTITION BY RANGE (a);
CREATE TABLE parted_1 PARTITION OF new.parted FOR VALUES FROM (0) TO (10);
CREATE TABLE new.moves (a integer, b integer) PARTITION BY RANGE (a);
CREATE TABLE moves_1 PARTITION OF new.moves FOR VALUES FROM (0) TO (10);
