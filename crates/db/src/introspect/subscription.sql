-- Subscriptions of this database: oid, name, owner, comment, connection, publications, enabled, options as "name=value".
SELECT s.oid, s.subname, s.subowner, d.description, s.subconninfo,
       s.subpublications, s.subenabled,
       pg_catalog.array_remove(ARRAY[
           pg_catalog.concat('slot_name=', COALESCE(s.subslotname, 'NONE')),
           pg_catalog.concat('streaming=', CASE s.substream::pg_catalog.text WHEN 'p' THEN 'parallel' WHEN 't' THEN 'on'
                                           WHEN 'true' THEN 'on' ELSE 'off' END),
           CASE WHEN s.subbinary THEN 'binary=true' END,
           CASE WHEN s.subsynccommit <> 'off' THEN pg_catalog.concat('synchronous_commit=', s.subsynccommit) END,
           CASE WHEN s.subtwophasestate <> 'd' THEN 'two_phase=true' END, -- since 15
           CASE WHEN s.subdisableonerr THEN 'disable_on_error=true' END, -- since 15
           CASE WHEN NOT s.subpasswordrequired THEN 'password_required=false' END, -- since 16
           CASE WHEN s.subrunasowner THEN 'run_as_owner=true' END, -- since 16
           CASE WHEN s.suborigin <> 'any' THEN pg_catalog.concat('origin=', s.suborigin) END, -- since 16
           CASE WHEN s.subfailover THEN 'failover=true' END, -- since 17
           NULL]::pg_catalog.text[], NULL)
FROM pg_catalog.pg_subscription s
JOIN pg_catalog.pg_database b ON b.oid = s.subdbid AND b.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = s.oid AND d.classoid = 'pg_catalog.pg_subscription'::pg_catalog.regclass AND d.objsubid = 0
WHERE s.oid >= 16384
