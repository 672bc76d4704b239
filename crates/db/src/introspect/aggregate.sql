-- Aggregates: oid, schema, name, owner, comment, types of the arguments, definition, arguments, result.
SELECT p.oid, p.pronamespace, p.proname, p.proowner, d.description, pg_catalog.oidvectortypes(p.proargtypes),
       pg_catalog.format(E'CREATE AGGREGATE %I.%I(%s) (\n    %s\n)', n.nspname, p.proname,
           COALESCE(NULLIF(pg_catalog.pg_get_function_arguments(p.oid), ''), '*'),
           pg_catalog.concat_ws(E',\n    ',
               'SFUNC = ' || a.aggtransfn::pg_catalog.text,
               'STYPE = ' || pg_catalog.format_type(a.aggtranstype, NULL),
               'SSPACE = ' || NULLIF(a.aggtransspace, 0),
               'FINALFUNC = ' || NULLIF(a.aggfinalfn, 0)::pg_catalog.regproc::pg_catalog.text,
               CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
               'FINALFUNC_MODIFY = ' || m.final,
               'COMBINEFUNC = ' || NULLIF(a.aggcombinefn, 0)::pg_catalog.regproc::pg_catalog.text,
               'SERIALFUNC = ' || NULLIF(a.aggserialfn, 0)::pg_catalog.regproc::pg_catalog.text,
               'DESERIALFUNC = ' || NULLIF(a.aggdeserialfn, 0)::pg_catalog.regproc::pg_catalog.text,
               'INITCOND = ' || pg_catalog.quote_literal(a.agginitval),
               'MSFUNC = ' || NULLIF(a.aggmtransfn, 0)::pg_catalog.regproc::pg_catalog.text,
               'MINVFUNC = ' || NULLIF(a.aggminvtransfn, 0)::pg_catalog.regproc::pg_catalog.text,
               'MSTYPE = ' || pg_catalog.format_type(NULLIF(a.aggmtranstype, 0), NULL),
               'MSSPACE = ' || NULLIF(a.aggmtransspace, 0),
               'MFINALFUNC = ' || NULLIF(a.aggmfinalfn, 0)::pg_catalog.regproc::pg_catalog.text,
               CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
               'MFINALFUNC_MODIFY = ' || CASE WHEN a.aggmfinalfn <> 0 THEN m.moving_final END,
               'MINITCOND = ' || pg_catalog.quote_literal(a.aggminitval),
               'SORTOP = ' || 'OPERATOR(' || pg_catalog.quote_ident(s.nspname) || '.' || o.oprname || ')',
               'PARALLEL = ' || CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END,
               CASE a.aggkind WHEN 'h' THEN 'HYPOTHETICAL' END)),
       pg_catalog.pg_get_function_arguments(p.oid),
       pg_catalog.pg_get_function_result(p.oid)
FROM pg_catalog.pg_aggregate a
JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'pggit' AND n.nspname !~ '^pg_'
LEFT JOIN pg_catalog.pg_operator o ON o.oid = a.aggsortop
LEFT JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace
-- How final functions treat the state, where that is not the default: read only, for ordered sets read and write.
CROSS JOIN LATERAL (
    SELECT CASE WHEN a.aggfinalmodify <> k.usual THEN w.word[pg_catalog.strpos('rsw', a.aggfinalmodify::pg_catalog.text)]
               END AS final,
           CASE WHEN a.aggmfinalmodify <> k.usual THEN w.word[pg_catalog.strpos('rsw', a.aggmfinalmodify::pg_catalog.text)]
               END AS moving_final
    FROM (SELECT CASE a.aggkind WHEN 'n' THEN 'r'::"char" ELSE 'w'::"char" END AS usual) k
    CROSS JOIN (SELECT '{READ_ONLY,SHAREABLE,READ_WRITE}'::pg_catalog.text[] AS word) w
) m
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objsubid = 0
WHERE p.oid >= 16384
