-- Tags, all or the one called $1: name, commit, creator, time in microseconds.
SELECT r.name, r.commit_id, r.created_by, (EXTRACT(epoch FROM r.created_at) * 1000000)::pg_catalog.int8
FROM pggit.ref AS r
WHERE r.kind = 'tag' AND ($1 IS NULL OR r.name = $1)
ORDER BY r.name COLLATE "C"
