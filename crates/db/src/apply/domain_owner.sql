-- Owner of the domain $1 (schema), $2 (name), if that is another role than the caller, and one whose rights the caller has.
SELECT t.typowner::pg_catalog.int8
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
JOIN pg_catalog.pg_roles AS r ON r.oid = t.typowner
WHERE n.nspname = $1::pg_catalog.name AND t.typname = $2::pg_catalog.name AND t.typtype = 'd' AND r.rolname <> CURRENT_USER
    AND pg_catalog.pg_has_role(t.typowner, 'USAGE')
