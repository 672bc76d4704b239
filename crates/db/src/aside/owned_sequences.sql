-- Sequences that belong to columns of the table $1 (OID), column $2 only unless 0: OID of the sequence, column, identity.
SELECT d.objid::pg_catalog.int8, a.attnum::pg_catalog.int8, d.deptype = 'i'
FROM pg_catalog.pg_depend AS d
JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.refobjid = $1::pg_catalog.oid AND d.deptype IN ('a', 'i')
  AND ($2 = 0 OR a.attnum = $2)
