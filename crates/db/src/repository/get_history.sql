-- The commits $1 and their nearest ancestors, $2 in all: id, data. UNION finds each commit once, level by level, and
-- stops when LIMIT has enough.
WITH RECURSIVE history(id, parents) AS (
    SELECT o.id, o.parents
    FROM pggit.object AS o
    WHERE o.id = ANY ($1) AND o.kind = 3
    UNION
    SELECT o.id, o.parents
    FROM history AS h
    CROSS JOIN LATERAL pg_catalog.generate_series(1, pg_catalog.length(h.parents), 32) AS start
    JOIN pggit.object AS o ON o.id = pg_catalog.substring(h.parents, start, 32)
    WHERE o.kind = 3
), nearest AS MATERIALIZED (
    SELECT h.id FROM history AS h LIMIT $2
)
SELECT o.id, o.data
FROM nearest AS n
JOIN pggit.object AS o ON o.id = n.id
