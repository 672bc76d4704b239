CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy', 'angry');
CREATE TABLE app.users (id integer, feeling app.mood DEFAULT 'ok');
