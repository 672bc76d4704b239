-- Types that stand for another object: oid, the relation whose rows they are, the type whose array or multirange they
-- are.
SELECT t.oid, t.typrelid, COALESCE(r.rngtypid, t.typelem) -- since 14
SELECT t.oid, t.typrelid, t.typelem -- before 14
FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_range r ON r.rngmultitypid = t.oid -- since 14
WHERE t.oid >= 16384
  AND t.oid = ANY ($5::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
