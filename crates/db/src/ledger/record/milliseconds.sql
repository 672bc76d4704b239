COALESCE($3::pg_catalog.int8, LEAST(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.now()) OPERATOR(pg_catalog.*) 1000, 2147483647)::pg_catalog.int8)
