-- Removes the identities that another major version of the server gave out.
DELETE FROM pggit.identity AS i
WHERE i.server_major <> pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000
