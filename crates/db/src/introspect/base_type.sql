-- Base types and shells, arrays left out: oid, schema, name, owner, comment, parameters and their values, but for those
-- that are as they are by default; none for a shell.
SELECT t.oid, t.typnamespace, t.typname, t.typowner, d.description, p.names, p.texts
FROM pg_catalog.pg_type t
LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(v.name ORDER BY v.name) AS names, pg_catalog.array_agg(v.text ORDER BY v.name) AS texts
    FROM (VALUES
        ('INTERNALLENGTH', CASE WHEN t.typlen > 0 THEN t.typlen::pg_catalog.text END),
        ('INPUT', t.typinput::pg_catalog.text),
        ('OUTPUT', t.typoutput::pg_catalog.text),
        ('RECEIVE', NULLIF(t.typreceive, 0)::pg_catalog.regproc::pg_catalog.text),
        ('SEND', NULLIF(t.typsend, 0)::pg_catalog.regproc::pg_catalog.text),
        ('TYPMOD_IN', NULLIF(t.typmodin, 0)::pg_catalog.regproc::pg_catalog.text),
        ('TYPMOD_OUT', NULLIF(t.typmodout, 0)::pg_catalog.regproc::pg_catalog.text),
        ('ANALYZE', NULLIF(t.typanalyze, 0)::pg_catalog.regproc::pg_catalog.text),
        ('SUBSCRIPT', NULLIF(t.typsubscript, 0)::pg_catalog.regproc::pg_catalog.text), -- since 14
        ('COLLATABLE', CASE WHEN t.typcollation <> 0 THEN 'true' END),
        ('DEFAULT', pg_catalog.quote_literal(t.typdefault)),
        ('ELEMENT', pg_catalog.format_type(NULLIF(t.typelem, 0), NULL)),
        ('CATEGORY', CASE WHEN t.typcategory <> 'U' THEN pg_catalog.quote_literal(t.typcategory::pg_catalog.text) END),
        ('PREFERRED', CASE WHEN t.typispreferred THEN 'true' END),
        ('DELIMITER', CASE WHEN t.typdelim <> ',' THEN pg_catalog.quote_literal(t.typdelim::pg_catalog.text) END),
        ('ALIGNMENT', CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'd' THEN 'double' END),
        ('STORAGE', CASE t.typstorage WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' WHEN 'm' THEN 'main' END),
        ('PASSEDBYVALUE', CASE WHEN t.typbyval THEN 'true' END)
    ) AS v (name, text)
    WHERE v.text IS NOT NULL
) p ON t.typisdefined
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.typtype IN ('b', 'p')
  AND t.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid AND t.typelem = e.oid)
