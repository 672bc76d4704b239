-- Range types: oid, schema, name, owner, comment, subtype, schema and name of the operator class, of the collation
-- where it is not the subtype's own, of the canonical function, of the difference function; of the multirange type.
SELECT t.oid, t.typnamespace, t.typname, t.typowner, d.description,
       pg_catalog.format_type(r.rngsubtype, NULL),
       opn.nspname, op.opcname,
       cn.nspname, co.collname,
       can.nspname, ca.proname,
       din.nspname, di.proname,
       mn.nspname, m.typname
FROM pg_catalog.pg_range r
JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
JOIN pg_catalog.pg_type s ON s.oid = r.rngsubtype
JOIN pg_catalog.pg_opclass op ON op.oid = r.rngsubopc
JOIN pg_catalog.pg_namespace opn ON opn.oid = op.opcnamespace
LEFT JOIN pg_catalog.pg_collation co ON co.oid = r.rngcollation AND r.rngcollation <> s.typcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_catalog.pg_proc ca ON ca.oid = r.rngcanonical
LEFT JOIN pg_catalog.pg_namespace can ON can.oid = ca.pronamespace
LEFT JOIN pg_catalog.pg_proc di ON di.oid = r.rngsubdiff
LEFT JOIN pg_catalog.pg_namespace din ON din.oid = di.pronamespace
LEFT JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid -- since 14
LEFT JOIN pg_catalog.pg_type m ON false -- before 14
LEFT JOIN pg_catalog.pg_namespace mn ON mn.oid = m.typnamespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.oid >= 16384
