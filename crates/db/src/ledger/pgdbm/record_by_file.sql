-- The same as record.sql in a ledger of pgdbm 0.5, which has no versions and knows migrations by their files.
WITH r (version, file, checksum, milliseconds, place) AS (
    SELECT r.*
    FROM ROWS FROM (
             pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.text[]),
             pg_catalog.unnest($4::pg_catalog.text[]), pg_catalog.unnest($5::pg_catalog.int8[])
         ) WITH ORDINALITY AS r
), again AS (
    UPDATE LEDGER AS l
    SET checksum = r.checksum, applied_at = CURRENT_TIMESTAMP, execution_time_ms = r.milliseconds
    FROM r
    WHERE (l.module_name = $1::pg_catalog.text OR l.module_name IS NULL) AND l.filename = r.file
    RETURNING r.place
)
INSERT INTO LEDGER AS l (module_name, filename, checksum, execution_time_ms)
SELECT $1::pg_catalog.text, r.file, r.checksum, r.milliseconds
FROM r
WHERE NOT EXISTS (SELECT FROM again WHERE again.place = r.place)
ORDER BY r.place
