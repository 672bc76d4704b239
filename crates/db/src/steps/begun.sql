-- The migrations with steps whose stage starts with word $1. STEPS stands for the table's name.
SELECT DISTINCT s.migration::pg_catalog.text
FROM STEPS AS s
WHERE pg_catalog.split_part(s.stage, ' ', 1) = $1::pg_catalog.text
ORDER BY 1
