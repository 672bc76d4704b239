-- Contents of the objects $1: id, data.
SELECT o.id, o.data
FROM pggit.object AS o
WHERE o.id = ANY ($1)
