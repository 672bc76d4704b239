-- Each value of a query's result, with the number of its row and the name of its column. QUERY is the query.
SELECT r.number,
       v.key,
       v.value
FROM (
    SELECT pg_catalog.row_number() OVER () AS number,
           pg_catalog.row_to_json("pggit fleet") AS member
    FROM (
QUERY
    ) AS "pggit fleet"
) AS r
CROSS JOIN LATERAL pg_catalog.json_each_text(r.member) WITH ORDINALITY AS v (key, value, place)
ORDER BY r.number, v.place
