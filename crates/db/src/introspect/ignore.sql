-- Patterns of what users keep out of commits.
SELECT i.pattern::pg_catalog.text
FROM pggit.ignore i
