CREATE SCHEMA app;
CREATE TABLE app.t2 (id integer PRIMARY KEY, z integer, b text); CREATE STATISTICS public.s2 ON z, id FROM app.t2;
CREATE MATERIALIZED VIEW app.m AS SELECT id, z AS a FROM app.t2; CREATE STATISTICS app.m ON id, a FROM app.m;
