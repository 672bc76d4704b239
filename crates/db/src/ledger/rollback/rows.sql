-- Numbers of migrations, and the SQL that undoes them. ROLLBACKS stands for the table's name.
SELECT r.id::pg_catalog.int8, r.rollback_sql::pg_catalog.text FROM ROLLBACKS AS r
