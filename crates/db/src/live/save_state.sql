-- Remembers the live schema: tree, who read it, position, origin, files, pages to look at again, patterns, references.
INSERT INTO pggit.live_state (tree_id, reader, position, origin, files, again, patterns, soft_references)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (singleton) DO UPDATE
SET tree_id = EXCLUDED.tree_id, reader = EXCLUDED.reader, position = EXCLUDED.position, origin = EXCLUDED.origin,
    files = EXCLUDED.files, again = EXCLUDED.again, patterns = EXCLUDED.patterns,
    soft_references = EXCLUDED.soft_references
