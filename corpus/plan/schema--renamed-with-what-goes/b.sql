CREATE SCHEMA new;
CREATE TABLE new.stays (a integer);
