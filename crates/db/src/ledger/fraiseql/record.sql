-- Records a migration, again for one that is recorded already: version $1, milliseconds $2, checksum $3, role $4 (null:
-- the current one). LEDGER stands for its name.
WITH r (version, milliseconds, checksum, role) AS (
    SELECT $1::pg_catalog.text, $2::pg_catalog.int8::pg_catalog.int4, $3::pg_catalog.text,
           COALESCE($4::pg_catalog.text, CURRENT_USER::pg_catalog.text)
), again AS (
    UPDATE LEDGER AS l
    SET applied_at = pg_catalog.now(), execution_time_ms = r.milliseconds, checksum = r.checksum, applied_by = r.role
    FROM r
    WHERE l.version = r.version
    RETURNING 1
)
INSERT INTO LEDGER AS l (version, applied_at, execution_time_ms, checksum, applied_by)
SELECT r.version, pg_catalog.now(), r.milliseconds, r.checksum, r.role
FROM r
WHERE NOT EXISTS (SELECT FROM again)
