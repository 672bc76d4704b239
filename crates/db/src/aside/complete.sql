-- Adds the value that entry $2 holds for a row to the rows of entry $1; $3 are the places of its key in them.
UPDATE pggit.aside_row AS e
SET row_values = pg_catalog.array_append(e.row_values, h.value)
FROM (
    SELECT w.row_number, c.row_values[1] AS value
    FROM (
        SELECT r.row_number, (
            SELECT pg_catalog.array_agg(r.row_values[k.place] ORDER BY k.n)
            FROM pg_catalog.unnest($3) WITH ORDINALITY AS k (place, n)) AS key_values
        FROM pggit.aside_row AS r
        WHERE r.aside_id = $1) AS w
    LEFT JOIN pggit.aside_row AS c ON c.aside_id = $2 AND c.key_values = w.key_values) AS h
WHERE e.aside_id = $1 AND e.row_number = h.row_number
