-- Privileges of objects that have an access control list: catalog, oid, number of the column (of system columns
-- negative), kind as in acldefault ("c": column, "public": the schema of this name), grantor, grantee (0: everybody),
-- privilege, grantable. An empty list gives one row without a privilege.
SELECT o.class, o.oid, o.part, o.kind, a.grantor, a.grantee, a.privilege_type, a.is_grantable
FROM (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS class, c.oid, 0 AS part,
           CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END AS kind, c.relacl AS acl
    FROM pg_catalog.pg_class c
    WHERE c.relacl IS NOT NULL AND c.oid >= 16384 AND c.relpersistence <> 't'
      AND c.oid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
    UNION ALL
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, a.attrelid, a.attnum, 'c', a.attacl
    FROM pg_catalog.pg_attribute a
    WHERE a.attacl IS NOT NULL AND a.attrelid >= 16384 AND NOT a.attisdropped
      AND a.attrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 0, 'f', p.proacl
    FROM pg_catalog.pg_proc p
    WHERE p.proacl IS NOT NULL AND p.oid >= 16384
      AND p.oid = ANY ($2::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 0, 'T', t.typacl
    FROM pg_catalog.pg_type t
    WHERE t.typacl IS NOT NULL AND t.oid >= 16384
      AND t.oid = ANY ($5::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
    UNION ALL
    SELECT 'pg_catalog.pg_language'::pg_catalog.regclass, l.oid, 0, 'l', l.lanacl
    FROM pg_catalog.pg_language l
    WHERE l.lanacl IS NOT NULL AND l.oid >= 16384
      AND false -- of some
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, w.oid, 0, 'F', w.fdwacl
    FROM pg_catalog.pg_foreign_data_wrapper w
    WHERE w.fdwacl IS NOT NULL AND w.oid >= 16384
      AND false -- of some
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, v.oid, 0, 'S', v.srvacl
    FROM pg_catalog.pg_foreign_server v
    WHERE v.srvacl IS NOT NULL AND v.oid >= 16384
      AND false -- of some
    UNION ALL
    SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, 0, 'n', n.nspacl
    FROM pg_catalog.pg_namespace n
    WHERE n.nspacl IS NOT NULL AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'public'
    UNION ALL
    SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, 0, 'public',
           COALESCE(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
    FROM pg_catalog.pg_namespace n
    WHERE n.nspname = 'public'
) o
LEFT JOIN LATERAL pg_catalog.aclexplode(o.acl) a ON true
