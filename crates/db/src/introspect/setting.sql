-- Settings of this database: role by oid (0: all) and name, "name=value" of each.
SELECT s.setrole, r.rolname, s.setconfig
FROM pg_catalog.pg_db_role_setting s
JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase AND d.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
WHERE s.setrole = 0 OR r.oid IS NOT NULL
