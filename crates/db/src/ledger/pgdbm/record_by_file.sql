-- The same as record.sql in a ledger of pgdbm 0.5, which has no versions and knows migrations by their files.
WITH r (module, file, checksum, milliseconds) AS (
    VALUES
{row} ($5::pg_catalog.text, $2::pg_catalog.text, $4::pg_catalog.text, {milliseconds})
), again AS (
    UPDATE LEDGER AS l
    SET checksum = r.checksum, applied_at = CURRENT_TIMESTAMP, execution_time_ms = r.milliseconds
    FROM r
    WHERE (l.module_name = r.module OR l.module_name IS NULL) AND l.filename = r.file
    RETURNING r.file
)
INSERT INTO LEDGER AS l (module_name, filename, checksum, execution_time_ms)
SELECT r.module, r.file, r.checksum, r.milliseconds
FROM r
WHERE NOT EXISTS (SELECT FROM again WHERE again.file = r.file)
