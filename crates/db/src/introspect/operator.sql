-- Operators but for those that are only announced (as a commutator): oid, schema, name, owner, types of both sides,
-- function, commutator, negator, estimators of restrictions and joins, whether it hashes and merges, those of commutator
-- and negator that are only announced, comment.
SELECT o.oid, o.oprnamespace, o.oprname, o.oprowner,
       pg_catalog.concat(COALESCE(pg_catalog.format_type(NULLIF(o.oprleft, 0), NULL), 'NONE'), ', ',
                         COALESCE(pg_catalog.format_type(NULLIF(o.oprright, 0), NULL), 'NONE')),
       o.oprcode::pg_catalog.text,
       'OPERATOR(' || pg_catalog.quote_ident(cn.nspname) || '.' || c.oprname || ')',
       'OPERATOR(' || pg_catalog.quote_ident(nn.nspname) || '.' || n.oprname || ')',
       NULLIF(o.oprrest, 0)::pg_catalog.regproc::pg_catalog.text,
       NULLIF(o.oprjoin, 0)::pg_catalog.regproc::pg_catalog.text,
       o.oprcanhash, o.oprcanmerge,
       pg_catalog.array_remove(ARRAY[CASE WHEN c.oprcode = 0 THEN c.oid::pg_catalog.regoperator::pg_catalog.text END,
                                     CASE WHEN n.oprcode = 0 THEN n.oid::pg_catalog.regoperator::pg_catalog.text END],
                               NULL),
       d.description
FROM pg_catalog.pg_operator o
LEFT JOIN pg_catalog.pg_operator c ON c.oid = o.oprcom
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_catalog.pg_operator n ON n.oid = o.oprnegate
LEFT JOIN pg_catalog.pg_namespace nn ON nn.oid = n.oprnamespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = o.oid AND d.classoid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND d.objsubid = 0
WHERE o.oprcode <> 0
  AND o.oid >= 16384
