-- The migrations with steps of ours, which way they were going, and the last statement that ran, -1 for none. STEPS
-- stands for the table's name.
SELECT s.migration::pg_catalog.text, pg_catalog.split_part(s.stage, ' ', 1),
       COALESCE(pg_catalog.max(s.plan_index) FILTER (WHERE s.state = 'done'), -1)
FROM STEPS AS s
WHERE pg_catalog.split_part(s.stage, ' ', 1) IN ('up', 'down')
GROUP BY 1, 2
ORDER BY 1, 2
