-- Commits with ids from $1 to $2, $3 at most.
SELECT o.id
FROM pggit.object AS o
WHERE o.id >= $1 AND o.id <= $2 AND o.kind = 3
ORDER BY o.id
LIMIT $3
