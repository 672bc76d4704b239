-- Owner of the table $1 (schema), $2 (name), if that is another role than the caller, and one whose rights the caller has and, unless $3 is null, may refer to the table $3, $4.
SELECT c.relowner::pg_catalog.int8
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
WHERE n.nspname = $1::pg_catalog.name AND c.relname = $2::pg_catalog.name AND r.rolname <> CURRENT_USER
    AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
    AND ($3 IS NULL OR EXISTS (
        SELECT FROM pg_catalog.pg_class AS o
        JOIN pg_catalog.pg_namespace AS m ON m.oid = o.relnamespace
        WHERE m.nspname = $3::pg_catalog.name AND o.relname = $4::pg_catalog.name
            AND pg_catalog.has_schema_privilege(c.relowner, m.oid, 'USAGE')
            AND pg_catalog.has_table_privilege(c.relowner, o.oid, 'REFERENCES')))
