-- Records migrations, again those that are recorded already: module $1, versions $2, files $3, checksums $4,
-- milliseconds $5. LEDGER stands for its name.
WITH r (version, file, checksum, milliseconds, place) AS (
    SELECT r.*
    FROM ROWS FROM (
             pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.text[]),
             pg_catalog.unnest($4::pg_catalog.text[]), pg_catalog.unnest($5::pg_catalog.int8[])
         ) WITH ORDINALITY AS r
), again AS (
    UPDATE LEDGER AS l
    SET filename = r.file, checksum = r.checksum, applied_at = CURRENT_TIMESTAMP, execution_time_ms = r.milliseconds
    FROM r
    WHERE l.module_name = $1::pg_catalog.text AND l.version = r.version
    RETURNING r.place
)
INSERT INTO LEDGER AS l (module_name, version, filename, checksum, execution_time_ms)
SELECT $1::pg_catalog.text, r.version, r.file, r.checksum, r.milliseconds
FROM r
WHERE NOT EXISTS (SELECT FROM again WHERE again.place = r.place)
ORDER BY r.place
