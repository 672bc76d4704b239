-- The ledger. LEDGER stands for its name.
CREATE TABLE LEDGER (
    id pg_catalog.uuid PRIMARY KEY DEFAULT pg_catalog.gen_random_uuid(),
    pk_confiture pg_catalog.int8 UNIQUE GENERATED ALWAYS AS IDENTITY,
    slug pg_catalog.text NOT NULL UNIQUE,
    version pg_catalog.varchar(255) NOT NULL UNIQUE,
    name pg_catalog.varchar(255) NOT NULL,
    applied_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
    execution_time_ms pg_catalog.int4,
    checksum pg_catalog.varchar(64),
    applied_by pg_catalog.text,
    archived_into pg_catalog.varchar(255)
)
