-- The repository: version of its tables, branch that is checked out, first commit, time of its start in microseconds.
SELECT r.format_version, r.head_branch, r.first_commit,
    (EXTRACT(epoch FROM r.initialised_at) * 1000000)::pg_catalog.int8
FROM pggit.repository AS r
