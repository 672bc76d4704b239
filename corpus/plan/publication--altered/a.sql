CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE TABLE u (id int PRIMARY KEY);
CREATE SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY);
CREATE PUBLICATION p FOR TABLE t (id, a), u WHERE (id > 5);
CREATE PUBLICATION "Every thing" FOR ALL TABLES WITH (publish = 'insert');
CREATE PUBLICATION in_schema FOR TABLES IN SCHEMA app WITH (publish_via_partition_root);
CREATE PUBLICATION goes FOR TABLE u;
