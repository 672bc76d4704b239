-- Renames branch $1 to $2, also where it is checked out and where others began at it.
WITH checked_out AS (
    UPDATE pggit.repository SET head_branch = $2 WHERE head_branch = $1
), made_from AS (
    UPDATE pggit.ref SET from_branch = $2 WHERE kind = 'branch' AND from_branch = $1 AND name <> $1
)
UPDATE pggit.ref
SET name = $2, from_branch = CASE WHEN from_branch = $1 THEN $2 ELSE from_branch END
WHERE kind = 'branch' AND name = $1
