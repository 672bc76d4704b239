-- The ledger. LEDGER stands for its name. A row of version and time alone is one of a migration that was marked as
-- applied by hand.
CREATE TABLE LEDGER (
    version pg_catalog.text PRIMARY KEY,
    applied_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
    checksum pg_catalog.varchar(64),
    execution_time_ms pg_catalog.int4,
    applied_by pg_catalog.text DEFAULT CURRENT_USER,
    id pg_catalog.int8 UNIQUE GENERATED ALWAYS AS IDENTITY
)
