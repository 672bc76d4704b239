-- Rules other than those that make views: oid, table or view, name, definition, when it applies, comment.
SELECT w.oid, w.ev_class, w.rulename, pg_catalog.pg_get_ruledef(w.oid), w.ev_enabled, d.description
FROM pg_catalog.pg_rewrite w
JOIN pg_catalog.pg_class c ON c.oid = w.ev_class AND c.relpersistence <> 't'
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = w.oid AND d.classoid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objsubid = 0
WHERE w.rulename <> '_RETURN'
  AND w.oid >= 16384
  AND w.ev_class = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
