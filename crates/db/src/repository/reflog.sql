-- The last $1 entries of the reflog, newest first; times in microseconds.
SELECT l.id, l.ref_name, l.old_commit, l.new_commit, l.action, l.message,
    (EXTRACT(epoch FROM l.recorded_at) * 1000000)::pg_catalog.int8, l.recorded_by
FROM pggit.reflog AS l
ORDER BY l.id DESC
LIMIT $1
