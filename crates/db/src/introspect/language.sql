-- Procedural languages: oid, name, owner, comment, trusted, handler, inline handler, validator.
SELECT l.oid, l.lanname, l.lanowner, d.description, l.lanpltrusted,
       NULLIF(l.lanplcallfoid, 0)::pg_catalog.regproc::pg_catalog.text,
       NULLIF(l.laninline, 0)::pg_catalog.regproc::pg_catalog.text,
       NULLIF(l.lanvalidator, 0)::pg_catalog.regproc::pg_catalog.text
FROM pg_catalog.pg_language l
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = l.oid AND d.classoid = 'pg_catalog.pg_language'::pg_catalog.regclass AND d.objsubid = 0
WHERE l.oid >= 16384
