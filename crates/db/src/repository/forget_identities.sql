-- Removes the identities with classes $1 and OIDs $2, and those that another major version of the server gave out.
DELETE FROM pggit.identity AS i
WHERE (i.class, i.oid) IN (
        SELECT gone.class, gone.oid
        FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS gone(class, oid))
    OR i.server_major <> pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000
