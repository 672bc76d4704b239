-- User mappings whose options the role may see: oid, role (none for PUBLIC), server, options.
SELECT m.umid, CASE WHEN m.umuser <> 0 THEN m.usename END, m.srvname, m.umoptions
FROM pg_catalog.pg_user_mappings m
JOIN pg_catalog.pg_foreign_server s ON s.oid = m.srvid
JOIN pg_catalog.pg_roles r ON r.rolname = CURRENT_USER
-- The condition of the view pg_user_mappings, which gives NULL for options that it hides.
WHERE r.rolsuper
   OR (pg_catalog.pg_has_role(s.srvowner, 'USAGE') AND m.umuser IN (0, r.oid))
   OR (pg_catalog.has_server_privilege(s.oid, 'USAGE') AND m.umuser = r.oid)
