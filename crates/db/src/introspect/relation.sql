-- Tables, views, materialized views and composite types, without what only one kind has: oid, schema, name, kind,
-- row type, owner, persistence, options, options of the TOAST table, access method, tablespace, comment.
SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.reltype, c.relowner, c.relpersistence,
       c.reloptions, t.reloptions, a.amname, s.spcname, d.description
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL
LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c', 'f')
  AND c.relpersistence <> 't'
  AND c.oid >= 16384
  AND c.oid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
