-- Dependencies between objects of users: catalog, oid and part of what needs, of what is needed, type.
SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid,
       -- A column of the system, such as tableoid, has a negative number.
       GREATEST(d.refobjsubid, 0) AS refobjsubid, d.deptype
FROM pg_catalog.pg_depend d
WHERE d.deptype IN ('n', 'a', 'i', 'P', 'S', 'x')
  AND d.objid >= 16384
  -- The triggers of constraints and TOAST tables: what belongs to them is told of what they are for.
  AND NOT (d.deptype = 'i'
           AND (d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass
                OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                   AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                   AND d.refobjsubid = 0))
  AND (d.refobjid >= 16384 OR d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass)
  AND (d.classid, d.objid) IN ( -- of some
      SELECT s.class::pg_catalog.oid, s.oid::pg_catalog.oid -- of some
      FROM ROWS FROM (pg_catalog.unnest($4::pg_catalog.int8[]), pg_catalog.unnest($5::pg_catalog.int8[])) AS s (class, oid)) -- of some
