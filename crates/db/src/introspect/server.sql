-- Servers: oid, name, owner, comment, foreign-data wrapper, type, version, options.
SELECT s.oid, s.srvname, s.srvowner, d.description, w.fdwname, s.srvtype, s.srvversion, s.srvoptions
FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = s.oid AND d.classoid = 'pg_catalog.pg_foreign_server'::pg_catalog.regclass AND d.objsubid = 0
WHERE s.oid >= 16384
