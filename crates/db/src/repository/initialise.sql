-- Begins the repository: format version $1, branch $2 at commit $3.
WITH branch AS (
    INSERT INTO pggit.ref (name, kind, commit_id, status)
    VALUES ($2, 'branch', $3, 'ACTIVE')
)
INSERT INTO pggit.repository (format_version, head_branch, first_commit)
VALUES ($1::pg_catalog.int4, $2, $3)
