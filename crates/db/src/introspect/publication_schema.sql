-- Schemas of publications: oid, publication, schema.
SELECT n.oid, n.pnpubid, n.pnnspid FROM pg_catalog.pg_publication_namespace n WHERE n.oid >= 16384 -- since 15
SELECT 0, 0, 0 WHERE false -- before 15
