-- What may read differently when the relations $1 change although its own rows stay as they are: their partitions and
-- children, partitioned tables above with an index that is not valid, and what holds queries on them: catalog, oid.
WITH RECURSIVE child (oid) AS (
    SELECT h.inhrelid
    FROM pg_catalog.pg_inherits h
    WHERE h.inhparent = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
    UNION
    SELECT h.inhrelid
    FROM child c
    JOIN pg_catalog.pg_inherits h ON h.inhparent = c.oid
), parent (oid) AS (
    SELECT h.inhparent
    FROM pg_catalog.pg_inherits h
    WHERE h.inhrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
    UNION
    SELECT h.inhparent
    FROM parent p
    JOIN pg_catalog.pg_inherits h ON h.inhrelid = p.oid
)
SELECT 1259, c.oid
FROM child c
UNION
-- Whether an index of a partitioned table lacks one below.
SELECT 1259, p.oid
FROM parent p
WHERE EXISTS (SELECT FROM pg_catalog.pg_index x WHERE x.indrelid = p.oid AND NOT x.indisvalid)
UNION
SELECT d.classid, d.objid
FROM pg_catalog.pg_depend d
WHERE d.refclassid = 1259 AND d.refobjid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
  -- Rules, functions, policies.
  AND d.classid IN (2618, 1255, 3256)
