-- Changes settings until the end of the transaction and returns the values from before: names $1, values $2.
SELECT s.name, pg_catalog.current_setting(s.name), pg_catalog.set_config(s.name, s.value, true)
FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) AS s (name, value)
