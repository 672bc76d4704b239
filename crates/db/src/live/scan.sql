-- Rows of the system catalogs in pages that changed: catalog, block, settled, content. Since $1, of the catalogs $2 with
-- the keys $3, and the pages $4 again.
SELECT p.catalog, p.block, p.settled, p.content
FROM pggit.catalog_pages($1, $2, $3, $4) AS p
