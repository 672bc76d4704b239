-- Branches, all or the one called $1: name, head, base, origin, status, creator, time in microseconds.
SELECT r.name, r.commit_id, r.base_commit, r.from_branch, r.status, r.created_by,
    (EXTRACT(epoch FROM r.created_at) * 1000000)::pg_catalog.int8
FROM pggit.ref AS r
WHERE r.kind = 'branch' AND ($1 IS NULL OR r.name = $1)
ORDER BY r.name COLLATE "C"
