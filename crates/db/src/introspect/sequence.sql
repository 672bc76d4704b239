-- Sequences: oid, schema, name, owner, comment, type, start, increment, minimum, maximum, cache, cycle, persistence,
-- table and column number that it belongs to, whether as the sequence of an identity column.
SELECT c.oid, c.relnamespace, c.relname, c.relowner, d.description,
       pg_catalog.format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
       c.relpersistence, o.refobjid, o.refobjsubid, o.deptype = 'i'
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
LEFT JOIN pg_catalog.pg_depend o
  ON o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.objid = c.oid AND o.objsubid = 0
 AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = 0
WHERE c.relpersistence <> 't'
  AND c.oid >= 16384
  AND c.oid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
