-- Remembers pages: catalogs, numbers, contents.
INSERT INTO pggit.catalog_page (catalog, block, content)
SELECT s.catalog, s.block, s.content
FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS s (catalog, block, content)
ON CONFLICT (catalog, block) DO UPDATE SET content = EXCLUDED.content
