-- What users have made that is not modelled, members of extensions left out: kind, identity.
SELECT i.type, i.identity
FROM (
    -- What a not-null constraint of a domain has beyond what its NOT NULL says: a comment.
    SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid AS class, c.oid, 0 AS part
    FROM pg_catalog.pg_constraint c
    WHERE c.contype = 'n' AND c.contypid <> 0
      AND pg_catalog.obj_description(c.oid, 'pg_constraint') IS NOT NULL
    UNION ALL
    -- Operators that are only announced and that nothing announces any more.
    SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid, 0
    FROM pg_catalog.pg_operator o
    WHERE o.oprcode = 0
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_operator p WHERE o.oid IN (p.oprcom, p.oprnegate) AND p.oprcode <> 0)
    UNION ALL
    -- What is on a relation of an extension, without belonging to the extension.
    SELECT 'pg_catalog.pg_publication_rel'::pg_catalog.regclass, r.oid, 0
    FROM pg_catalog.pg_publication_rel r
    WHERE EXISTS (
          SELECT FROM pg_catalog.pg_depend e
          WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = r.prrelid
            AND e.deptype = 'e')
    UNION ALL
    SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid, 0
    FROM pg_catalog.pg_statistic_ext s
    WHERE EXISTS (
          SELECT FROM pg_catalog.pg_depend e
          WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = s.stxrelid
            AND e.deptype = 'e')
    UNION ALL
    SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, p.oid, 0
    FROM pg_catalog.pg_policy p
    JOIN pg_catalog.pg_class c ON c.oid = p.polrelid AND c.relpersistence <> 't'
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'pggit'
    JOIN pg_catalog.pg_depend e
      ON e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e'
    UNION ALL
    SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid, 0
    FROM pg_catalog.pg_rewrite w
    JOIN pg_catalog.pg_class c ON c.oid = w.ev_class AND c.relpersistence <> 't'
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'pggit'
    JOIN pg_catalog.pg_depend e
      ON e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e'
    WHERE w.rulename <> '_RETURN'
) o
CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.class, o.oid, o.part) i
WHERE o.oid >= 16384
  AND i.identity IS NOT NULL
  AND (i.schema IS NULL OR i.schema !~ '^(pggit|pg_catalog|pg_(toast_)?temp_[0-9]+)$')
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend e
      WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')
UNION ALL
SELECT 'user mapping', pg_catalog.format('%I on server %I', m.usename, m.srvname)
FROM pg_catalog.pg_user_mappings m
JOIN pg_catalog.pg_foreign_server f ON f.oid = m.srvid
JOIN pg_catalog.pg_roles r ON r.rolname = CURRENT_USER
WHERE NOT (r.rolsuper
           OR (pg_catalog.pg_has_role(f.srvowner, 'USAGE') AND m.umuser IN (0, r.oid))
           OR (pg_catalog.has_server_privilege(f.oid, 'USAGE') AND m.umuser = r.oid))
UNION ALL
SELECT 'subscription', pg_catalog.quote_ident(s.subname)
FROM pg_catalog.pg_subscription s
JOIN pg_catalog.pg_database d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database()
WHERE NOT pg_catalog.has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT')
UNION ALL
SELECT 'large objects', pg_catalog.count(*)::pg_catalog.text
FROM pg_catalog.pg_largeobject_metadata l
HAVING pg_catalog.count(*) > 0
UNION ALL
SELECT 'security label', pg_catalog.concat(s.provider, ' on ', i.type, ' ', i.identity)
FROM pg_catalog.pg_seclabel s
CROSS JOIN LATERAL pg_catalog.pg_identify_object(s.classoid, s.objoid, s.objsubid) i
WHERE s.classoid <> 'pg_catalog.pg_largeobject'::pg_catalog.regclass
  -- Those of other objects are modelled.
  AND (s.objoid < 16384
       OR EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = s.classoid AND e.objid = s.objoid AND e.deptype = 'e'))
UNION ALL
SELECT 'extension dependency', pg_catalog.concat(i.type, ' ', i.identity, ' of ' || x.indrelid::pg_catalog.regclass::pg_catalog.text, ' on ',
                         pg_catalog.quote_ident(e.extname))
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = d.objid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) i
WHERE d.deptype = 'x'
  AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
  -- Of the index of a constraint, and of a part of an object.
  AND (d.objsubid <> 0
       OR EXISTS (SELECT FROM pg_catalog.pg_constraint c
                  WHERE c.conindid = d.objid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND c.contype IN ('p', 'u', 'x')))
