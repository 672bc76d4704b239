-- Records migrations, again those that are recorded already: versions $1, names $2, milliseconds $3, checksums $4,
-- roles $5 (null: the current one). LEDGER stands for its name.
INSERT INTO LEDGER AS l (slug, version, name, execution_time_ms, checksum, applied_by)
SELECT pg_catalog.concat_ws('_', NULLIF(r.name, ''), r.version, pg_catalog.to_char(pg_catalog.now(), 'YYYYMMDD_HH24MISS')),
       r.version, r.name, r.milliseconds, r.checksum, COALESCE(r.role, CURRENT_USER::pg_catalog.text)
FROM ROWS FROM (
         pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]),
         pg_catalog.unnest($3::pg_catalog.int8[]), pg_catalog.unnest($4::pg_catalog.text[]),
         pg_catalog.unnest($5::pg_catalog.text[])
     ) WITH ORDINALITY AS r (version, name, milliseconds, checksum, role, place)
ORDER BY r.place
ON CONFLICT (version) DO UPDATE
SET name = excluded.name, applied_at = excluded.applied_at, execution_time_ms = excluded.execution_time_ms,
    checksum = excluded.checksum, applied_by = excluded.applied_by
