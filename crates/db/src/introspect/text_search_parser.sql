-- Text search parsers: oid, schema, name, comment, functions.
SELECT t.oid, t.prsnamespace, t.prsname, d.description, t.prsstart::pg_catalog.text, t.prstoken::pg_catalog.text,
       t.prsend::pg_catalog.text, NULLIF(t.prsheadline, 0)::pg_catalog.regproc::pg_catalog.text,
       t.prslextype::pg_catalog.text
FROM pg_catalog.pg_ts_parser t
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_ts_parser'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.oid >= 16384
