-- Names of roles: oid, name.
SELECT r.oid, r.rolname
FROM pg_catalog.pg_roles r
