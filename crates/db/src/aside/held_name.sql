-- The name that the relation $1 (OID) has in the commit that is checked out, and the numbers and names of its columns there.
SELECT h.commit_id, i.address, i.part_numbers, i.part_names
FROM pggit.identity AS i
CROSS JOIN pggit.repository AS r
JOIN pggit.ref AS h ON h.kind = 'branch' AND h.name = r.head_branch
WHERE i.class = 1259 AND i.oid = $1 AND h.commit_id IS NOT NULL
