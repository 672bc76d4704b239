-- Adds what ledgers of earlier versions lack. LEDGER stands for its name.
ALTER TABLE LEDGER
    ADD COLUMN IF NOT EXISTS applied_by pg_catalog.text,
    ADD COLUMN IF NOT EXISTS archived_into pg_catalog.varchar(255)
