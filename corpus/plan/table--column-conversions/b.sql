CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE state AS ENUM ('good', 'bad', 'worse');
CREATE DOMAIN amount AS integer;
CREATE TABLE rows (
    id integer PRIMARY KEY,
    m state, ms state[], flag bigint, tags text[], n numeric(10, 2), j jsonb, d timestamp with time zone
);
CREATE TABLE none (a timestamp, b integer, c integer, d bigint, e integer[]);
