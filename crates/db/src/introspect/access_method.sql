-- Access methods: oid, name, comment, of what, handler.
SELECT a.oid, a.amname, d.description, a.amtype::pg_catalog.text, a.amhandler::pg_catalog.text
FROM pg_catalog.pg_am a
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = a.oid AND d.classoid = 'pg_catalog.pg_am'::pg_catalog.regclass AND d.objsubid = 0
WHERE a.oid >= 16384
