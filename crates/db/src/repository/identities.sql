-- Identities that this server gave out: class, OID, address, numbers, kinds and names of parts.
SELECT i.class, i.oid, i.address, i.part_numbers, i.part_kinds, i.part_names
FROM pggit.identity AS i
WHERE i.server_major = pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000
