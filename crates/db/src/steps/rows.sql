-- The steps of migration $1 whose stage starts with word $2, in order: statement, stage, state, cursor, rows. STEPS stands
-- for the table's name.
SELECT s.plan_index, s.stage, s.state, s.batch_cursor, s.rows_done
FROM STEPS AS s
WHERE s.migration = $1::pg_catalog.text AND pg_catalog.split_part(s.stage, ' ', 1) = $2::pg_catalog.text
ORDER BY s.plan_index
