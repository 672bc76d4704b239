-- Privileges on members of extensions and on objects of the system that are not those they came with: catalog, oid, what
-- GRANT calls it, owner, extension by oid (0: none), column, whether it has the privilege now or came with it, grantor,
-- grantee (0: everybody), privilege, grantable. Without privileges one row without one.
-- The information schema is left out: what it came with is not kept anywhere, and pg_dump leaves it out too.
SELECT o.class, o.oid, o.target, o.owner, COALESCE(m.refobjid, 0), o.name, a.now, a.grantor, a.grantee, a.privilege_type,
       a.is_grantable
FROM (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS class, c.oid AS oid, 0 AS part, NULL::pg_catalog.text AS name,
           c.relowner AS owner, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char" AS kind, c.relacl AS acl,
           pg_catalog.format('%s %I.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname) AS target
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'information_schema'
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
    UNION ALL
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS class, c.oid AS oid, a.attnum AS part, a.attname::pg_catalog.text AS name,
           c.relowner AS owner, 'c'::"char" AS kind, a.attacl AS acl,
           pg_catalog.format('TABLE %I.%I', n.nspname, c.relname) AS target
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relpersistence <> 't'
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'information_schema'
    WHERE a.attacl IS NOT NULL
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AS class, p.oid AS oid, 0 AS part, NULL AS name,
           p.proowner AS owner, 'f'::"char" AS kind, p.proacl AS acl,
           pg_catalog.format('%s %I.%I(%s)', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, n.nspname,
                             p.proname, pg_catalog.oidvectortypes(p.proargtypes)) AS target
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'information_schema'
    -- They are many, and most have nothing.
    WHERE p.proacl IS NOT NULL
       OR p.oid IN (SELECT i.objoid FROM pg_catalog.pg_init_privs i
                    WHERE i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass)
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid AS class, t.oid AS oid, 0 AS part, NULL AS name,
           t.typowner AS owner, 'T'::"char" AS kind, t.typacl AS acl,
           pg_catalog.format('TYPE %I.%I', n.nspname, t.typname) AS target
    FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace AND n.nspname <> 'information_schema'
    WHERE t.typacl IS NOT NULL
    UNION ALL
    SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid AS class, n.oid AS oid, 0 AS part, NULL AS name,
           n.nspowner AS owner, 'n'::"char" AS kind, n.nspacl AS acl,
           pg_catalog.format('SCHEMA %I', n.nspname) AS target
    FROM pg_catalog.pg_namespace n
    WHERE n.nspname NOT IN ('public', 'pg_toast', 'information_schema') AND n.nspname !~ '^pg_(toast_)?temp_'
    UNION ALL
    SELECT 'pg_catalog.pg_language'::pg_catalog.regclass::pg_catalog.oid AS class, x.oid AS oid, 0 AS part, NULL AS name,
           x.lanowner AS owner, 'l'::"char" AS kind, x.lanacl AS acl,
           pg_catalog.format('LANGUAGE %I', x.lanname) AS target
    FROM pg_catalog.pg_language x
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass::pg_catalog.oid AS class, x.oid AS oid, 0 AS part, NULL AS name,
           x.fdwowner AS owner, 'F'::"char" AS kind, x.fdwacl AS acl,
           pg_catalog.format('FOREIGN DATA WRAPPER %I', x.fdwname) AS target
    FROM pg_catalog.pg_foreign_data_wrapper x
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass::pg_catalog.oid AS class, x.oid AS oid, 0 AS part, NULL AS name,
           x.srvowner AS owner, 'S'::"char" AS kind, x.srvacl AS acl,
           pg_catalog.format('FOREIGN SERVER %I', x.srvname) AS target
    FROM pg_catalog.pg_foreign_server x
) o
LEFT JOIN pg_catalog.pg_init_privs i ON i.classoid = o.class AND i.objoid = o.oid AND i.objsubid = o.part
LEFT JOIN LATERAL (
    SELECT e.refobjid
    FROM pg_catalog.pg_depend e
    WHERE e.classid = o.class AND e.objid = o.oid AND e.objsubid = 0 AND e.deptype = 'e'
    LIMIT 1
) m ON o.oid >= 16384
LEFT JOIN pg_catalog.pg_extension x ON x.oid = m.refobjid
LEFT JOIN LATERAL (
    SELECT true AS now, r.*
    FROM pg_catalog.aclexplode(COALESCE(o.acl, pg_catalog.acldefault(o.kind, o.owner))) r
    UNION ALL
    SELECT false, r.*
    FROM pg_catalog.aclexplode(COALESCE(i.initprivs, pg_catalog.acldefault(o.kind, o.owner))) r
) a ON true
WHERE o.acl IS DISTINCT FROM i.initprivs
  AND (o.oid < 16384 OR x.extname <> 'pggit')
