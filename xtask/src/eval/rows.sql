-- Puts up to three rows into every table that takes them: values that the column's type accepts, keys of rows that are
-- there for foreign keys. A table that refuses (a check, a trigger) stays as it is.
DO $rows$
DECLARE
    candidates constant text[] := ARRAY['%s', '2001-02-0%s', '0%s:00', '00000000-0000-0000-0000-00000000000%s',
        '10.0.0.%s', '00:00:00:00:00:0%s', '{}', '{"a": %s}', '(%s,%s)', '((%s,%s),(2,2))', 'a%s', 'A%s', 'a%s@example.org',
        'POINT(%s %s)', 'POLYGON((0 0,0 1,1 1,0 0))', '0.%s', 'empty', 'true', '1', '()', '(,)', '(,,)', '(,,,)'];
    chosen jsonb := '{}';
    relation record;
    attribute record;
    template text;
    value text;
    names text;
    expressions text;
    fits boolean;
    done boolean;
    pass integer;
    number integer;
    complete boolean;
BEGIN
    -- A second pass fills what references tables that come later by name.
    FOR pass IN 1..3 LOOP
        FOR relation IN
            SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name
            FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
                AND n.nspname !~ '^pg_' AND NOT c.relispartition
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s)', relation.name) INTO done;
            CONTINUE WHEN done;
            FOR number IN 1..3 LOOP
                -- With every column; if that is refused, with those that cannot be left out.
                FOREACH complete IN ARRAY '{true,false}'::boolean[] LOOP
                    names := '';
                    expressions := '';
                    FOR attribute IN
                        SELECT a.attname, a.attnum, a.attnotnull, t.typtype,
                            format_type(a.atttypid, a.atttypmod) AS type,
                            (SELECT e.enumlabel FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = a.atttypid
                             ORDER BY e.enumsortorder LIMIT 1) AS label,
                            k.target, k.target_column
                        FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
                        LEFT JOIN LATERAL (
                            SELECT r.confrelid::regclass::text AS target, f.attname AS target_column
                            FROM pg_catalog.pg_constraint AS r
                            JOIN pg_catalog.pg_attribute AS f ON f.attrelid = r.confrelid
                                AND f.attnum = r.confkey[array_position(r.conkey, a.attnum)]
                            WHERE r.conrelid = a.attrelid AND r.contype = 'f' AND a.attnum = ANY (r.conkey)
                            ORDER BY cardinality(r.conkey) DESC, r.conname LIMIT 1) AS k ON true
                        WHERE a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.atthasdef
                            AND a.attidentity = '' AND a.attgenerated = ''
                        ORDER BY a.attnum
                    LOOP
                        CONTINUE WHEN NOT complete AND NOT attribute.attnotnull;
                        IF attribute.target IS NOT NULL THEN
                            value := format('(SELECT %I FROM %s ORDER BY ctid LIMIT 1 OFFSET %s)',
                                attribute.target_column, attribute.target, number - 1);
                        ELSIF attribute.label IS NOT NULL THEN
                            value := format('%L', attribute.label);
                        ELSE
                            template := chosen ->> attribute.type;
                            IF template IS NULL THEN
                                FOREACH template IN ARRAY candidates LOOP
                                    fits := true;
                                    BEGIN
                                        FOR sample IN 1..3 LOOP
                                            EXECUTE format('SELECT CAST(%L AS %s)', replace(template, '%s', sample::text),
                                                attribute.type);
                                        END LOOP;
                                    EXCEPTION WHEN OTHERS THEN
                                        fits := false;
                                    END;
                                    EXIT WHEN fits;
                                END LOOP;
                                IF NOT fits THEN
                                    template := '';
                                END IF;
                                chosen := chosen || jsonb_build_object(attribute.type, template);
                            END IF;
                            CONTINUE WHEN template = '';
                            value := format('CAST(%L AS %s)', replace(template, '%s', number::text), attribute.type);
                        END IF;
                        names := concat_ws(', ', nullif(names, ''), quote_ident(attribute.attname));
                        expressions := concat_ws(', ', nullif(expressions, ''), value);
                    END LOOP;
                    BEGIN
                        IF names = '' THEN
                            EXECUTE format('INSERT INTO %s DEFAULT VALUES', relation.name);
                        ELSE
                            EXECUTE format('INSERT INTO %s (%s) SELECT %s', relation.name, names, expressions);
                        END IF;
                        EXIT;
                    EXCEPTION WHEN OTHERS THEN
                        NULL;
                    END;
                END LOOP;
            END LOOP;
        END LOOP;
    END LOOP;
END
$rows$;
