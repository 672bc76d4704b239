-- For the header of a migration: version of the server, current role, time and date in UTC.
SELECT pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1),
       CURRENT_USER::pg_catalog.text,
       pg_catalog.to_char(c.now, 'YYYYMMDDHH24MISS'),
       pg_catalog.to_char(c.now, 'YYYY-MM-DD')
FROM (SELECT pg_catalog.timezone('UTC', pg_catalog.clock_timestamp())) AS c (now)
