CREATE SCHEMA app; CREATE TYPE app.mood2 AS ENUM ('a', 'b');
CREATE FUNCTION public.f(app.mood2, app.mood2) RETURNS app.mood2 LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE AGGREGATE public.first(app.mood2) (SFUNC = public.f, STYPE = app.mood2);
