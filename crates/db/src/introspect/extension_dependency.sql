-- Objects that go with an extension without belonging to it: catalog, oid, name of the extension.
SELECT d.classid, d.objid, e.extname
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
WHERE d.deptype = 'x'
  AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
  AND d.objsubid = 0
