-- The statements of the change as a JSON array of pairs: what it is and the statement. Candidates are tables with a primary key;
-- those with rows come first, then the order is that of the names.
WITH candidate AS (
    SELECT c.oid, n.nspname, c.relname, k.conkey, format('%I.%I', n.nspname, c.relname) AS name,
        (xpath('/row/n/text()', query_to_xml(format(
            'SELECT count(*) AS n FROM (SELECT FROM ONLY %I.%I LIMIT 3) AS r', n.nspname, c.relname),
            false, true, '')))[1]::text::integer AS rows
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p'
    WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND NOT c.relispartition AND NOT c.relhassubclass
        AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pggit')
        AND length(c.relname) < 50
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
), loss AS (
    -- The column with rows that the fewest other objects need, values before NULLs; one that can come back without
    -- its values, since a migration down has none.
    SELECT t.oid, t.name, a.attname, needed.by_others
    FROM candidate AS t
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attnum <> ALL (t.conkey)
    CROSS JOIN LATERAL (
        SELECT count(*) AS by_others FROM pg_catalog.pg_depend AS d
        WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid = a.attnum
            AND d.classid <> 'pg_catalog.pg_attrdef'::regclass) AS needed
    CROSS JOIN LATERAL (
        SELECT (xpath('/row/n/text()', query_to_xml(format(
            'SELECT count(%I) AS n FROM ONLY %s', a.attname, t.name), false, true, '')))[1]::text::integer AS filled
        ) AS present
    WHERE t.rows > 0 AND a.attgenerated = ''
        AND (NOT a.attnotnull OR a.atthasdef)
        AND (SELECT typtype FROM pg_catalog.pg_type AS y WHERE y.oid = a.atttypid) <> 'd'
    ORDER BY needed.by_others > 0, present.filled DESC, needed.by_others, t.name COLLATE "C", a.attnum
    LIMIT 1
), rename AS (
    -- A table that others refer to, if there is one.
    SELECT t.oid, t.nspname, t.relname, t.name
    FROM candidate AS t
    WHERE t.oid NOT IN (SELECT oid FROM loss)
    ORDER BY (SELECT count(*) FROM pg_catalog.pg_constraint AS f WHERE f.confrelid = t.oid) DESC, t.rows DESC,
        t.name COLLATE "C"
    LIMIT 1
), growth AS (
    SELECT t.oid, t.nspname, t.name, (SELECT quote_ident(a.attname) FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = t.oid AND a.attnum = t.conkey[1]) AS key
    FROM candidate AS t
    WHERE (t.oid NOT IN (SELECT oid FROM rename) AND t.oid NOT IN (SELECT oid FROM loss))
        OR (SELECT count(*) FROM candidate) < 3
    ORDER BY t.rows DESC, t.oid IN (SELECT oid FROM rename), t.name COLLATE "C"
    LIMIT 1
), place AS (
    SELECT coalesce((SELECT quote_ident(nspname) FROM growth), (SELECT quote_ident(n.nspname)
        FROM pg_catalog.pg_namespace AS n
        WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pggit')
        ORDER BY n.nspname <> 'public', n.nspname COLLATE "C" LIMIT 1)) AS schema
)
SELECT json_agg(json_build_array(what, statement) ORDER BY number) FROM (
    SELECT 1, 'column', format('ALTER TABLE %s ADD COLUMN pggit_eval_note text DEFAULT %L', name, 'a note') FROM growth
    UNION ALL
    SELECT 2, 'index', format('CREATE INDEX pggit_eval_index ON %s (pggit_eval_note, %s)', name, key) FROM growth
    UNION ALL
    SELECT 3, 'view', format('CREATE VIEW %s.pggit_eval_view AS SELECT %s, upper(pggit_eval_note) AS note FROM %s',
        (SELECT schema FROM place), key, name) FROM growth
    UNION ALL
    SELECT 3, 'view', format('CREATE VIEW %s.pggit_eval_view AS SELECT 1 AS one', schema) FROM place
    WHERE NOT EXISTS (SELECT FROM growth)
    UNION ALL
    SELECT 4, 'function', format('CREATE FUNCTION %s.pggit_eval_function(a integer DEFAULT 1) RETURNS integer
    LANGUAGE sql STABLE AS $$ SELECT a + 1 $$', schema) FROM place
    UNION ALL
    SELECT 5, 'rows', format('SET session_replication_role = replica; UPDATE %s SET pggit_eval_note = ctid::text', name) FROM growth
    UNION ALL
    SELECT 6, 'dropped column', format('ALTER TABLE %s DROP COLUMN %I%s', name, attname,
        CASE WHEN by_others > 0 THEN ' CASCADE' ELSE '' END) FROM loss
    UNION ALL
    SELECT 7, 'renamed table', format('ALTER TABLE %s RENAME TO %I', name, relname || '_renamed') FROM rename
) AS s (number, what, statement)
