-- Takes out the steps from number $3 on of migration $1 whose stage starts with word $2. STEPS stands for the table's name.
DELETE FROM STEPS AS s
WHERE s.migration = $1::pg_catalog.text AND pg_catalog.split_part(s.stage, ' ', 1) = $2::pg_catalog.text
  AND s.plan_index >= $3::pg_catalog.int8
