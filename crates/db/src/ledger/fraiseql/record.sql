-- Records migrations, again those that are recorded already. LEDGER stands for its name, {row} begins what is repeated for
-- each: version $1, name $2 (which the table has not), {milliseconds} from $3, checksum $4, role $5 (null: the current one).
WITH r (version, milliseconds, checksum, role) AS (
    VALUES
{row} ($1::pg_catalog.text, {milliseconds}, $4::pg_catalog.text, COALESCE($5::pg_catalog.text, CURRENT_USER::pg_catalog.text))
), again AS (
    UPDATE LEDGER AS l
    SET applied_at = pg_catalog.now(), execution_time_ms = r.milliseconds, checksum = r.checksum, applied_by = r.role
    FROM r
    WHERE l.version = r.version
    RETURNING r.version
)
INSERT INTO LEDGER AS l (version, applied_at, execution_time_ms, checksum, applied_by)
SELECT r.version, pg_catalog.now(), r.milliseconds, r.checksum, r.role
FROM r
WHERE NOT EXISTS (SELECT FROM again WHERE again.version = r.version)
