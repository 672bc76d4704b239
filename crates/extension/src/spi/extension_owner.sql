-- The role that owns the extension, and with it the repository's tables.
SELECT e.extowner FROM pg_catalog.pg_extension AS e WHERE e.extname OPERATOR(pg_catalog.=) 'pggit'
