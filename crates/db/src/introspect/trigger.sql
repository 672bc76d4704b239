-- Triggers, those that partitions have from their parent only where they fire otherwise: oid, table or view, name, from
-- the parent, definition, when it fires, comment.
SELECT t.oid, t.tgrelid, t.tgname, t.tgparentid <> 0, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled, d.description
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid AND c.relpersistence <> 't'
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.objsubid = 0
WHERE NOT t.tgisinternal
  AND (t.tgparentid = 0
       OR EXISTS (SELECT FROM pg_catalog.pg_trigger p WHERE p.oid = t.tgparentid AND p.tgenabled <> t.tgenabled))
  AND t.oid >= 16384
  AND t.tgrelid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[]) -- of some
