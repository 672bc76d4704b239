-- Text search configurations: oid, schema, name, owner, comment, parser, mappings as "token=dictionaries".
SELECT t.oid, t.cfgnamespace, t.cfgname, t.cfgowner, d.description, pg_catalog.format('%I.%I', n.nspname, p.prsname),
       ARRAY(SELECT pg_catalog.concat(
                 (SELECT k.alias FROM pg_catalog.ts_token_type(t.cfgparser) k WHERE k.tokid = m.maptokentype), '=',
                 pg_catalog.string_agg(m.mapdict::pg_catalog.regdictionary::pg_catalog.text, ', ' ORDER BY m.mapseqno))
             FROM pg_catalog.pg_ts_config_map m
             WHERE m.mapcfg = t.oid
             GROUP BY m.maptokentype)
FROM pg_catalog.pg_ts_config t
JOIN pg_catalog.pg_ts_parser p ON p.oid = t.cfgparser
JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_ts_config'::pg_catalog.regclass AND d.objsubid = 0
WHERE t.oid >= 16384
