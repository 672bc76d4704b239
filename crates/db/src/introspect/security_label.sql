-- Security labels: catalog, oid, column or 0, provider, label.
SELECT s.classoid, s.objoid, s.objsubid::pg_catalog.oid, s.provider, s.label
FROM pg_catalog.pg_seclabel s
