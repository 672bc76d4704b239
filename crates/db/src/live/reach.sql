-- What the rows with catalogs $1 and OIDs $2 need, and what that belongs to: catalog, oid.
WITH RECURSIVE reach (class, oid, steps) AS (
    SELECT d.refclassid, d.refobjid, 1
    FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.int8[]), pg_catalog.unnest($2::pg_catalog.int8[]))
        AS s (class, oid)
    JOIN pg_catalog.pg_depend d ON d.classid = s.class::pg_catalog.oid AND d.objid = s.oid::pg_catalog.oid
    WHERE d.refobjid >= 16384
    UNION
    SELECT d.refclassid, d.refobjid, r.steps + 1
    FROM reach r
    JOIN pg_catalog.pg_depend d ON d.classid = r.class AND d.objid = r.oid
    -- An index to its constraint to its table, an array to its multirange to its range.
    WHERE d.deptype IN ('i', 'a') AND d.refobjid >= 16384 AND r.steps < 5
)
SELECT DISTINCT r.class, r.oid
FROM reach r
