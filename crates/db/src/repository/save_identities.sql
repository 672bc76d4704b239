-- Adds identities: classes, OIDs, addresses; numbers, kinds and names of parts, for each identity an array as text.
INSERT INTO pggit.identity (class, oid, server_major, address, part_numbers, part_kinds, part_names)
SELECT o.class, o.oid, pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000, o.address,
    o.numbers::pg_catalog.text[], o.kinds::pg_catalog.text[], o.names::pg_catalog.text[]
FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),
    pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6))
    AS o(class, oid, address, numbers, kinds, names)
ON CONFLICT (class, oid) DO UPDATE
SET server_major = EXCLUDED.server_major, address = EXCLUDED.address, part_numbers = EXCLUDED.part_numbers,
    part_kinds = EXCLUDED.part_kinds, part_names = EXCLUDED.part_names
