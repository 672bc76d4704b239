-- Event triggers: oid, name, owner, comment, event, tags, function, when it fires.
SELECT t.oid, t.evtname, t.evtowner, d.description, t.evtevent, t.evttags,
       pg_catalog.format('%I.%I', n.nspname, p.proname), t.evtenabled
FROM pg_catalog.pg_event_trigger t
JOIN pg_catalog.pg_proc p ON p.oid = t.evtfoid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'pggit'
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.oid >= 16384
