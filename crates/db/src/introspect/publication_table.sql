-- Tables of publications: oid, publication, table, numbers of the columns, WHERE.
SELECT r.oid, r.prpubid, r.prrelid,
       r.prattrs::pg_catalog.int2[]::pg_catalog.text[], pg_catalog.pg_get_expr(r.prqual, r.prrelid) -- since 15
       NULL::pg_catalog.text[], NULL::pg_catalog.text -- before 15
FROM pg_catalog.pg_publication_rel r
WHERE r.oid >= 16384
