-- Tables that have column $2 (attnum) of the table $1 (OID) by inheritance from it alone, so that it goes with it: OID, column number.
SELECT i.inhrelid::pg_catalog.int8, a.attnum::pg_catalog.int8
FROM pg_catalog.pg_inherits AS i
JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent AND p.relkind = 'r'
JOIN pg_catalog.pg_attribute AS c ON c.attrelid = p.oid AND c.attnum = $2
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.inhrelid AND a.attname = c.attname
WHERE i.inhparent = $1::pg_catalog.oid AND NOT a.attislocal AND a.attinhcount = 1
ORDER BY 1
