-- The table beside a ledger with SQL that undoes migrations. ROLLBACKS stands for its name, LEDGER and NUMBER for the
-- ledger and the column with its rows' numbers: what is taken out there goes here too.
CREATE TABLE ROLLBACKS (
    id pg_catalog.int8 PRIMARY KEY REFERENCES LEDGER (NUMBER) ON DELETE CASCADE,
    rollback_sql pg_catalog.text NOT NULL,
    recorded_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
)
