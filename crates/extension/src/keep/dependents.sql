-- What goes with the objects $1 (catalogs), $2 (OIDs), $3 (column numbers) and holds rows or a position:
-- OID of the relation, column number (0: all of it), sequence, belongs to the caller, name.
WITH RECURSIVE gone (classid, objid, objsubid) AS (
    SELECT g.classid::pg_catalog.oid, g.objid::pg_catalog.oid, g.objsubid::pg_catalog.int4
    FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS g (classid, objid, objsubid)
    UNION
    SELECT s.classid, s.objid, s.objsubid
    FROM pg_catalog.unnest($1) WITH ORDINALITY AS c (classid, n)
    JOIN pg_catalog.unnest($2) WITH ORDINALITY AS o (objid, n) USING (n)
    JOIN pg_catalog.pg_shdepend AS s ON s.refclassid = c.classid::pg_catalog.oid AND s.refobjid = o.objid::pg_catalog.oid
        AND s.deptype = 'o' AND s.dbid = (
            SELECT b.oid FROM pg_catalog.pg_database AS b WHERE b.datname = pg_catalog.current_database())
    WHERE c.classid = 1260
    UNION
    SELECT d.classid, d.objid, d.objsubid
    FROM gone AS g
    JOIN pg_catalog.pg_depend AS d
        ON d.refclassid = g.classid AND d.refobjid = g.objid AND (g.objsubid = 0 OR d.refobjsubid = g.objsubid))
SELECT DISTINCT c.oid::pg_catalog.int8, g.objsubid::pg_catalog.int8, c.relkind = 'S',
    pg_catalog.pg_has_role(c.relowner, 'USAGE'),
    pg_catalog.format('%I.%I', n.nspname, c.relname)
FROM gone AS g
JOIN pg_catalog.pg_class AS c ON g.classid = 1259 AND c.oid = g.objid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND n.nspname <> 'pggit'
    AND (c.relkind = 'r' OR (c.relkind = 'p' AND g.objsubid > 0) OR (c.relkind = 'S' AND g.objsubid = 0))
    -- A table that goes takes its columns along.
    AND (g.objsubid = 0 OR NOT EXISTS (
        SELECT FROM gone AS whole WHERE whole.classid = 1259 AND whole.objid = g.objid AND whole.objsubid = 0))
    -- A table or column that goes puts the positions of its own sequences aside.
    AND NOT (c.relkind = 'S' AND EXISTS (
        SELECT FROM pg_catalog.pg_depend AS own
        JOIN gone AS owner ON owner.classid = own.refclassid AND owner.objid = own.refobjid
            AND (owner.objsubid = 0 OR owner.objsubid = own.refobjsubid)
        WHERE own.classid = 1259 AND own.objid = c.oid AND own.refclassid = 1259 AND own.deptype IN ('a', 'i')))
ORDER BY 5, 2
