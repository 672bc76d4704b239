-- Gives the migration with number $1 the checksum $2. LEDGER stands for its name, NUMBER for the column with its rows'
-- numbers.
UPDATE LEDGER AS l SET checksum = $2::pg_catalog.text WHERE l.NUMBER = $1
