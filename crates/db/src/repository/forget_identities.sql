-- Removes the identities with classes $1 and OIDs $2.
DELETE FROM pggit.identity AS i
WHERE (i.class, i.oid) IN (
        SELECT gone.class, gone.oid
        FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS gone(class, oid))
