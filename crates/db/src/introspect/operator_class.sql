-- Operator classes: oid, schema, name, owner, access method, comment, type, default, type that is stored, schema and name
-- of the family, operators and functions: what they are called, what adds them.
SELECT c.oid, c.opcnamespace, c.opcname, c.opcowner, a.amname, d.description,
       pg_catalog.format_type(c.opcintype, NULL), c.opcdefault, pg_catalog.format_type(NULLIF(c.opckeytype, 0), NULL),
       fn.nspname, f.opfname, m.names, m.texts
FROM pg_catalog.pg_opclass c
JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod
JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace
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
        WHERE e.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND e.refobjid = c.oid
          AND e.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass
        UNION ALL
        SELECT pg_catalog.format('FUNCTION %s (%s, %s)', p.amprocnum, pg_catalog.format_type(p.amproclefttype, NULL),
                                 pg_catalog.format_type(p.amprocrighttype, NULL)),
               pg_catalog.format('FUNCTION %s (%s, %s) %s', p.amprocnum, pg_catalog.format_type(p.amproclefttype, NULL),
                                 pg_catalog.format_type(p.amprocrighttype, NULL),
                                 p.amproc::pg_catalog.regprocedure)
        FROM pg_catalog.pg_depend e
        JOIN pg_catalog.pg_amproc p ON p.oid = e.objid
        WHERE e.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND e.refobjid = c.oid
          AND e.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass
    ) v
) m ON true
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND d.objsubid = 0
WHERE c.oid >= 16384
