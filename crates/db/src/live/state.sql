-- What is remembered of the live schema: tree, who read it, position, origin, files, pages to look at again, references by
-- name, whether there are user mappings.
SELECT s.tree_id, s.reader, s.position, s.origin, s.files::pg_catalog.text[], s.again::pg_catalog.text[], s.patterns, s.soft_references,
    EXISTS (SELECT FROM pggit.catalog_page AS p WHERE p.catalog = 1418)
FROM pggit.live_state AS s
