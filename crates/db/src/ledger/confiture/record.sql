-- Records a migration, again for one that is recorded already: version $1, name $2, milliseconds $3, checksum $4,
-- role $5 (null: the current one). LEDGER stands for its name.
INSERT INTO LEDGER AS l (slug, version, name, execution_time_ms, checksum, applied_by)
SELECT pg_catalog.concat_ws('_', NULLIF(r.name, ''), r.version, pg_catalog.to_char(pg_catalog.now(), 'YYYYMMDD_HH24MISS')),
       r.version, r.name, r.milliseconds, r.checksum, r.role
FROM (SELECT $1::pg_catalog.text, $2::pg_catalog.text, $3::pg_catalog.int8::pg_catalog.int4, $4::pg_catalog.text,
             COALESCE($5::pg_catalog.text, CURRENT_USER::pg_catalog.text)) AS r (version, name, milliseconds, checksum, role)
ON CONFLICT (version) DO UPDATE
SET name = excluded.name, applied_at = excluded.applied_at, execution_time_ms = excluded.execution_time_ms,
    checksum = excluded.checksum, applied_by = excluded.applied_by
