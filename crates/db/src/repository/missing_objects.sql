-- Those of the ids $1 that are not stored.
SELECT wanted.id
FROM pg_catalog.unnest($1) AS wanted(id)
WHERE NOT EXISTS (SELECT FROM pggit.object AS o WHERE o.id = wanted.id)
