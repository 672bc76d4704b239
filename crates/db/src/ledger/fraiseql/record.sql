-- Records migrations, again those that are recorded already: versions $1, milliseconds $2, checksums $3, roles $4 (null:
-- the current one). LEDGER stands for its name.
WITH r (version, milliseconds, checksum, role, place) AS (
    SELECT r.*
    FROM ROWS FROM (
             pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.int8[]),
             pg_catalog.unnest($3::pg_catalog.text[]), pg_catalog.unnest($4::pg_catalog.text[])
         ) WITH ORDINALITY AS r
), again AS (
    UPDATE LEDGER AS l
    SET applied_at = pg_catalog.now(), execution_time_ms = r.milliseconds, checksum = r.checksum,
        applied_by = COALESCE(r.role, CURRENT_USER::pg_catalog.text)
    FROM r
    WHERE l.version = r.version
    RETURNING r.place
)
INSERT INTO LEDGER AS l (version, applied_at, execution_time_ms, checksum, applied_by)
SELECT r.version, pg_catalog.now(), r.milliseconds, r.checksum, COALESCE(r.role, CURRENT_USER::pg_catalog.text)
FROM r
WHERE NOT EXISTS (SELECT FROM again WHERE again.place = r.place)
ORDER BY r.place
