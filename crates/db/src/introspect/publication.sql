-- Publications: oid, name, owner, comment, all tables, what is published, by the root of partitions, generated columns.
SELECT p.oid, p.pubname, p.pubowner, d.description, p.puballtables,
       pg_catalog.array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                                     CASE WHEN p.pubdelete THEN 'delete' END,
                                     CASE WHEN p.pubtruncate THEN 'truncate' END]::pg_catalog.text[], NULL),
       p.pubviaroot,
       CASE p.pubgencols WHEN 's' THEN 'stored' END -- since 18
       NULL::pg_catalog.text -- before 18
FROM pg_catalog.pg_publication p
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_publication'::pg_catalog.regclass AND d.objsubid = 0
WHERE p.oid >= 16384
