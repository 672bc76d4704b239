CREATE TABLE t (id bigint PRIMARY KEY, a int, b text, "C d" int);
CREATE SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY);
CREATE TABLE app.x (id int PRIMARY KEY);
CREATE PUBLICATION p FOR TABLE t (id, "C d") WHERE (id IS NOT NULL), app.x
    WITH (publish = 'insert, delete', publish_via_partition_root);
COMMENT ON PUBLICATION p IS 'Ours.';
CREATE PUBLICATION "Every thing" FOR TABLE t, app.t WITH (publish = '');
CREATE PUBLICATION in_schema FOR TABLES IN SCHEMA app, public;
CREATE PUBLICATION comes FOR TABLE app.x, TABLES IN SCHEMA public;
