-- Adds what a ledger of version and time alone lacks. LEDGER stands for its name.
ALTER TABLE LEDGER
    ADD COLUMN IF NOT EXISTS checksum pg_catalog.varchar(64),
    ADD COLUMN IF NOT EXISTS execution_time_ms pg_catalog.int4,
    ADD COLUMN IF NOT EXISTS applied_by pg_catalog.text,
    ADD COLUMN IF NOT EXISTS id pg_catalog.int8 UNIQUE GENERATED ALWAYS AS IDENTITY
