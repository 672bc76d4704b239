-- Text search dictionaries: oid, schema, name, owner, comment, template, options.
SELECT t.oid, t.dictnamespace, t.dictname, t.dictowner, d.description,
       pg_catalog.format('%I.%I', n.nspname, m.tmplname), t.dictinitoption
FROM pg_catalog.pg_ts_dict t
JOIN pg_catalog.pg_ts_template m ON m.oid = t.dicttemplate
JOIN pg_catalog.pg_namespace n ON n.oid = m.tmplnamespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_ts_dict'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.oid >= 16384
