-- Whether there is a $1 ("database", "tablespace", "subscription", "prepared") of name $2, whole.
SELECT CASE $1::pg_catalog.text
           WHEN 'database' THEN EXISTS (SELECT FROM pg_catalog.pg_database AS d
                                        WHERE d.datname = $2::pg_catalog.name AND d.datconnlimit > -2)
           WHEN 'tablespace' THEN EXISTS (SELECT FROM pg_catalog.pg_tablespace AS t WHERE t.spcname = $2::pg_catalog.name)
           WHEN 'subscription' THEN EXISTS (SELECT FROM pg_catalog.pg_subscription AS s
                                            JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
                                            WHERE s.subname = $2::pg_catalog.name
                                              AND d.datname = pg_catalog.current_database())
           ELSE EXISTS (SELECT FROM pg_catalog.pg_prepared_xacts AS p
                        WHERE p.gid = $2::pg_catalog.text AND p.database = pg_catalog.current_database())
       END
