CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE state AS ENUM ('good', 'bad', 'worse');
CREATE DOMAIN amount AS integer;
CREATE TABLE rows (
    id integer PRIMARY KEY,
    m mood, ms mood[], flag boolean, tags text, n amount, j json, d date
);
CREATE TABLE none (a bigint, b uuid, c integer[], d timestamp, e mood);
