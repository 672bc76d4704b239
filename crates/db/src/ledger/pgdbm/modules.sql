-- The modules that have migrations in a ledger. LEDGER stands for its name.
SELECT DISTINCT l.module_name::pg_catalog.text
FROM LEDGER AS l
WHERE l.module_name IS NOT NULL
ORDER BY 1
