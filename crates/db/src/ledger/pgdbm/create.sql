-- The ledger. LEDGER stands for its name.
CREATE TABLE LEDGER (
    id serial PRIMARY KEY,
    module_name pg_catalog.varchar(255) NOT NULL,
    version pg_catalog.varchar(255) NOT NULL,
    filename pg_catalog.varchar(255) NOT NULL,
    checksum pg_catalog.varchar(64) NOT NULL,
    applied_at pg_catalog.timestamp DEFAULT CURRENT_TIMESTAMP,
    execution_time_ms pg_catalog.int4,
    UNIQUE (module_name, version)
)
