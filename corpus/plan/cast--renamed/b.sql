CREATE SCHEMA app; CREATE TYPE app.mood2 AS ENUM ('a', 'b'); CREATE FUNCTION app.moody(x integer) RETURNS app.mood2 LANGUAGE sql IMMUTABLE AS 'SELECT ''a''::app.mood2';
CREATE CAST (integer AS app.mood2) WITH FUNCTION app.moody(integer) AS IMPLICIT;
