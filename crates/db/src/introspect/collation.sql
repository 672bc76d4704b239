-- Collations for the encoding of the database: oid, schema, name, owner, comment, provider, locale, LC_COLLATE, LC_CTYPE,
-- deterministic, rules.
SELECT c.oid, c.collnamespace, c.collname, c.collowner, d.description, c.collprovider,
       -- The column has had three names.
       CASE WHEN c.collprovider <> 'c' THEN COALESCE(pg_catalog.to_jsonb(c) ->> 'colllocale',
                                                     pg_catalog.to_jsonb(c) ->> 'colliculocale', c.collcollate) END,
       CASE WHEN c.collprovider = 'c' THEN c.collcollate END,
       CASE WHEN c.collprovider = 'c' THEN c.collctype END,
       c.collisdeterministic,
       c.collicurules -- since 16
       NULL::pg_catalog.text -- before 16
FROM pg_catalog.pg_collation c
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_collation'::pg_catalog.regclass AND d.objsubid = 0
WHERE c.oid >= 16384
  AND c.collencoding IN (-1, (SELECT b.encoding FROM pg_catalog.pg_database b
                              WHERE b.datname = pg_catalog.current_database()))
