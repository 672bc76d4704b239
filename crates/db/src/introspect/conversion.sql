-- Conversions: oid, schema, name, owner, comment, encodings from and to, function, default.
SELECT c.oid, c.connamespace, c.conname, c.conowner, d.description,
       pg_catalog.pg_encoding_to_char(c.conforencoding)::pg_catalog.text,
       pg_catalog.pg_encoding_to_char(c.contoencoding)::pg_catalog.text,
       c.conproc::pg_catalog.text, c.condefault
FROM pg_catalog.pg_conversion c
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_conversion'::pg_catalog.regclass AND d.objsubid = 0
WHERE c.oid >= 16384
