-- Enum types: oid, schema, name, owner, comment, labels in sort order.
SELECT t.oid, t.typnamespace, t.typname, t.typowner, d.description, l.labels
FROM pg_catalog.pg_type t
LEFT JOIN (
    SELECT e.enumtypid, pg_catalog.array_agg(e.enumlabel::pg_catalog.text ORDER BY e.enumsortorder) AS labels
    FROM pg_catalog.pg_enum e
    WHERE e.enumtypid = ANY ($3::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
    GROUP BY e.enumtypid
) l ON l.enumtypid = t.oid
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.typtype = 'e'
  AND t.oid >= 16384
  AND t.oid = ANY ($3::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
