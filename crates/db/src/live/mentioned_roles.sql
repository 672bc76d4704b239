-- Whether something in this database names one of the roles $1, which are gone. DROP ROLE leaves nothing that does.
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_shdepend s
    WHERE s.refclassid = 1260 AND s.refobjid = ANY ($1::pg_catalog.int8[]::pg_catalog.oid[])
      AND s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))
  OR EXISTS (SELECT FROM pg_catalog.unnest($1::pg_catalog.int8[]) AS r (oid) WHERE r.oid < 16384)
