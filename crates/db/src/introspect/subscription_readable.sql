-- Whether the role may see where subscriptions connect to.
SELECT pg_catalog.has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT')
