-- Records migrations, again those that are recorded already. LEDGER stands for its name, {row} begins what is repeated for
-- each: version $1, file $2, {milliseconds} from $3, checksum $4, module $5.
WITH r (module, version, file, checksum, milliseconds) AS (
    VALUES
{row} ($5::pg_catalog.text, $1::pg_catalog.text, $2::pg_catalog.text, $4::pg_catalog.text, {milliseconds})
), again AS (
    UPDATE LEDGER AS l
    SET filename = r.file, checksum = r.checksum, applied_at = CURRENT_TIMESTAMP, execution_time_ms = r.milliseconds
    FROM r
    WHERE l.module_name = r.module AND l.version = r.version
    RETURNING r.version
)
INSERT INTO LEDGER AS l (module_name, version, filename, checksum, execution_time_ms)
SELECT r.module, r.version, r.file, r.checksum, r.milliseconds
FROM r
WHERE NOT EXISTS (SELECT FROM again WHERE again.version = r.version)
