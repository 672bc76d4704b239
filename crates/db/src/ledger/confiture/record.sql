-- Records migrations, again those that are recorded already. LEDGER stands for its name, {row} begins what is repeated for
-- each: version $1, name $2, {milliseconds} from $3, checksum $4, role $5 (null: the current one).
INSERT INTO LEDGER AS l (version, name, slug, execution_time_ms, checksum, applied_by)
VALUES
{row} ($1::pg_catalog.text, $2::pg_catalog.text, pg_catalog.concat_ws('_', NULLIF($2::pg_catalog.text, ''), $1::pg_catalog.text, pg_catalog.to_char(pg_catalog.now(), 'YYYYMMDD_HH24MISS')), {milliseconds}, $4::pg_catalog.text, COALESCE($5::pg_catalog.text, CURRENT_USER::pg_catalog.text))
ON CONFLICT (version) DO UPDATE
SET name = excluded.name, applied_at = excluded.applied_at, execution_time_ms = excluded.execution_time_ms,
    checksum = excluded.checksum, applied_by = excluded.applied_by
