-- Records for the migration with number $1 that $2 undoes it, in place of what was recorded before. ROLLBACKS stands for
-- the table's name.
INSERT INTO ROLLBACKS AS r (id, rollback_sql)
VALUES ($1, $2::pg_catalog.text)
ON CONFLICT (id) DO UPDATE SET rollback_sql = excluded.rollback_sql, recorded_at = excluded.recorded_at
