-- Writes down step $2 of migration $1: stage $3, state $4, cursor $5, rows $6. STEPS stands for the table's name.
INSERT INTO STEPS AS s (migration, plan_index, stage, state, batch_cursor, rows_done)
VALUES ($1::pg_catalog.text, $2::pg_catalog.int8::pg_catalog.int4, $3::pg_catalog.text, $4::pg_catalog.text,
        NULLIF($5::pg_catalog.int8, (-1)::pg_catalog.int8), $6::pg_catalog.int8)
ON CONFLICT (migration, plan_index, stage) DO UPDATE
SET state = excluded.state, batch_cursor = excluded.batch_cursor, rows_done = excluded.rows_done,
    updated_at = pg_catalog.clock_timestamp()
