-- Schemas of users; members of extensions are told apart by the caller: oid, name, owner, comment.
SELECT n.oid, n.nspname, n.nspowner, d.description
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = n.oid AND d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objsubid = 0
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pggit')
  AND n.nspname !~ '^pg_(toast_)?temp_[0-9]+$'
