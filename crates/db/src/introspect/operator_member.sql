-- Operators and functions of operator families and classes: their row, the row of what they belong to.
SELECT e.classid, e.objid, e.refclassid, e.refobjid
FROM pg_catalog.pg_depend e
WHERE e.classid IN ('pg_catalog.pg_amop'::pg_catalog.regclass, 'pg_catalog.pg_amproc'::pg_catalog.regclass)
  AND e.refclassid IN ('pg_catalog.pg_opfamily'::pg_catalog.regclass, 'pg_catalog.pg_opclass'::pg_catalog.regclass)
  AND e.objid >= 16384
