-- Columns of tables, views, materialized views and composite types: relation, number, name, type, schema and name of
-- the collation where it is not the type's own, not null, name of the not-null constraint where it is not the usual
-- one, whether that is declared besides a parent's, is not inherited, is not valid, its comment, default or generation expression, generated, identity, storage where it is not the type's own, compression,
-- statistics target, options, options of a foreign table's wrapper, declared here, comment.
SELECT a.attrelid, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       cn.nspname, co.collname, a.attnotnull,
       CASE WHEN nn.conname::pg_catalog.text <> pg_catalog.concat(c.relname, '_', a.attname, '_not_null') THEN nn.conname END, -- since 18
       NULL::pg_catalog.text, -- before 18
       COALESCE(nn.conislocal AND nn.coninhcount > 0, false), -- since 18
       COALESCE(nn.connoinherit, false), -- since 18
       COALESCE(NOT nn.convalidated, false), -- since 18
       nd.description, -- since 18
       false, false, false, NULL::pg_catalog.text, -- before 18
       CASE WHEN a.atthasdef THEN pg_catalog.pg_get_expr(f.adbin, f.adrelid) END,
       a.attgenerated::pg_catalog.text, a.attidentity::pg_catalog.text,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END,
       a.attcompression::pg_catalog.text, -- since 14
       ''::pg_catalog.text, -- before 14
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
       a.attoptions, a.attfdwoptions, a.attislocal, d.description
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum AND a.atthasdef
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = a.attrelid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = a.attnum
LEFT JOIN pg_catalog.pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum -- since 18
LEFT JOIN pg_catalog.pg_description nd ON nd.objoid = nn.oid AND nd.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND nd.objsubid = 0 -- since 18
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c', 'f')
  AND c.relpersistence <> 't'
  AND c.oid >= 16384
  AND a.attnum > 0
  AND NOT a.attisdropped
  AND a.attrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
