-- What is remembered of the pages of catalogs $1 with numbers $2: catalog, block, content.
SELECT p.catalog, p.block, p.content
FROM pggit.catalog_page AS p
WHERE (p.catalog, p.block) IN (
        SELECT s.catalog, s.block
        FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS s (catalog, block))
