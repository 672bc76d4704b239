-- The indexes of table $1 (as written) that are defined as the index of the temporary table pggit_probe: OIDs. Columns
-- have other numbers there, so definitions are compared as text.
WITH defined AS (
    SELECT i.indexrelid,
           i.indrelid,
           ROW(i.indisunique,
               i.indnkeyatts,
               c.relam,
               c.reltablespace,
               c.reloptions,
               i.indclass::pg_catalog.text,
               i.indcollation::pg_catalog.text,
               i.indoption::pg_catalog.text,
               pg_catalog.to_jsonb(i) OPERATOR(pg_catalog.->) 'indnullsnotdistinct',
               pg_catalog.pg_get_expr(i.indpred, i.indrelid),
               (SELECT pg_catalog.array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false) ORDER BY k)
                FROM pg_catalog.generate_series(1, i.indnatts) AS k))::pg_catalog.text AS definition
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
)
SELECT d.indexrelid
FROM defined AS d
JOIN defined AS probe ON probe.definition = d.definition
WHERE d.indrelid = pg_catalog.to_regclass($1::pg_catalog.text)
  AND probe.indrelid = pg_catalog.to_regclass('pg_temp.pggit_probe')
