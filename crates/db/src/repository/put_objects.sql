-- Stores objects: ids, kinds, parents of commits, contents.
INSERT INTO pggit.object (id, kind, parents, data)
SELECT new.id, new.kind::pg_catalog.int2, CASE WHEN new.kind = 3 THEN new.parents END, new.data
FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4))
    AS new(id, kind, parents, data)
ON CONFLICT (id) DO NOTHING
