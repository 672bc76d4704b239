-- Records a migration, again for one that is recorded already: module $1, version $2, file $3, checksum $4,
-- milliseconds $5. LEDGER stands for its name.
WITH r (module, version, file, checksum, milliseconds) AS (
    SELECT $1::pg_catalog.text, $2::pg_catalog.text, $3::pg_catalog.text, $4::pg_catalog.text,
           $5::pg_catalog.int8::pg_catalog.int4
), again AS (
    UPDATE LEDGER AS l
    SET filename = r.file, checksum = r.checksum, applied_at = CURRENT_TIMESTAMP, execution_time_ms = r.milliseconds
    FROM r
    WHERE l.module_name = r.module AND l.version = r.version
    RETURNING 1
)
INSERT INTO LEDGER AS l (module_name, version, filename, checksum, execution_time_ms)
SELECT r.module, r.version, r.file, r.checksum, r.milliseconds
FROM r
WHERE NOT EXISTS (SELECT FROM again)
