-- Operator families: oid, schema, name, owner, access method, comment, operators and functions that belong to no class:
-- what they are called, what adds them.
SELECT f.oid, f.opfnamespace, f.opfname, f.opfowner, a.amname, d.description, m.names, m.texts
FROM pg_catalog.pg_opfamily f
JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(v.name ORDER BY v.name) AS names, pg_catalog.array_agg(v.text ORDER BY v.name) AS texts
    FROM (
        SELECT pg_catalog.format('OPERATOR %s (%s, %s)', o.amopstrategy, pg_catalog.format_type(o.amoplefttype, NULL),
                                 pg_catalog.format_type(o.amoprighttype, NULL)) AS name,
               pg_catalog.concat('OPERATOR ', o.amopstrategy, ' ', o.amopopr::pg_catalog.regoperator,
                                 ' FOR ORDER BY ' || pg_catalog.quote_ident(sn.nspname) || '.'
                                 || pg_catalog.quote_ident(s.opfname)) AS text
        FROM pg_catalog.pg_depend e
        JOIN pg_catalog.pg_amop o ON o.oid = e.objid
        LEFT JOIN pg_catalog.pg_opfamily s ON s.oid = o.amopsortfamily
        LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace
        WHERE e.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND e.refobjid = f.oid
          AND e.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass
        UNION ALL
        SELECT pg_catalog.format('FUNCTION %s (%s, %s)', p.amprocnum, pg_catalog.format_type(p.amproclefttype, NULL),
                                 pg_catalog.format_type(p.amprocrighttype, NULL)),
               pg_catalog.format('FUNCTION %s (%s, %s) %s', p.amprocnum, pg_catalog.format_type(p.amproclefttype, NULL),
                                 pg_catalog.format_type(p.amprocrighttype, NULL),
                                 p.amproc::pg_catalog.regprocedure)
        FROM pg_catalog.pg_depend e
        JOIN pg_catalog.pg_amproc p ON p.oid = e.objid
        WHERE e.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND e.refobjid = f.oid
          AND e.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass
    ) v
) m ON true
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = f.oid AND d.classoid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND d.objsubid = 0
WHERE f.oid >= 16384
