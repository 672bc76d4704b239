-- Text search templates: oid, schema, name, comment, functions.
SELECT t.oid, t.tmplnamespace, t.tmplname, d.description,
       NULLIF(t.tmplinit, 0)::pg_catalog.regproc::pg_catalog.text, t.tmpllexize::pg_catalog.text
FROM pg_catalog.pg_ts_template t
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_ts_template'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.oid >= 16384
