-- The steps of migrations that are not one transaction, as Confiture 1.29 for Python has them. STEPS stands for the name.
CREATE TABLE STEPS (
    migration pg_catalog.varchar(255) NOT NULL,
    plan_index pg_catalog.int4 NOT NULL DEFAULT 0,
    stage pg_catalog.text NOT NULL,
    state pg_catalog.text NOT NULL,
    batch_cursor pg_catalog.int8,
    rows_done pg_catalog.int8 NOT NULL DEFAULT 0,
    updated_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (migration, plan_index, stage)
)
