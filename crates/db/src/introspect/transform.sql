-- Transforms: oid, comment, type, language, functions from and to SQL.
SELECT t.oid, d.description, pg_catalog.format_type(t.trftype, NULL), l.lanname,
       NULLIF(t.trffromsql, 0)::pg_catalog.regprocedure::pg_catalog.text,
       NULLIF(t.trftosql, 0)::pg_catalog.regprocedure::pg_catalog.text
FROM pg_catalog.pg_transform t
JOIN pg_catalog.pg_language l ON l.oid = t.trflang
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_transform'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.oid >= 16384
