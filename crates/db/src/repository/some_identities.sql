-- Identities of the rows with classes $1 and OIDs $2: class, OID, address, numbers, kinds and names of parts.
SELECT i.class, i.oid, i.address, i.part_numbers, i.part_kinds, i.part_names
FROM pggit.identity AS i
WHERE (i.class, i.oid) IN (
        SELECT s.class, s.oid
        FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS s (class, oid))
    AND i.server_major = pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000
