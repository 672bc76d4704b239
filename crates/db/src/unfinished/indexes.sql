-- The indexes of table $1 (as written), only the one named $2 unless that is null: OID, quoted name, whether it is valid,
-- whether someone builds it now.
SELECT i.indexrelid,
       pg_catalog.format('%I.%I', n.nspname, c.relname),
       i.indisvalid,
       EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p
               WHERE p.datid = (SELECT d.oid FROM pg_catalog.pg_database AS d
                                WHERE d.datname = pg_catalog.current_database())
                 AND p.index_relid = i.indexrelid)
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE i.indrelid = pg_catalog.to_regclass($1::pg_catalog.text)
  AND ($2::pg_catalog.text IS NULL OR c.relname = $2::pg_catalog.name)
ORDER BY c.relname
