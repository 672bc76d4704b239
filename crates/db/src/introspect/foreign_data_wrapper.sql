-- Foreign-data wrappers: oid, name, owner, comment, handler, validator, options.
SELECT w.oid, w.fdwname, w.fdwowner, d.description,
       NULLIF(w.fdwhandler, 0)::pg_catalog.regproc::pg_catalog.text,
       NULLIF(w.fdwvalidator, 0)::pg_catalog.regproc::pg_catalog.text,
       w.fdwoptions
FROM pg_catalog.pg_foreign_data_wrapper w
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = w.oid AND d.classoid = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass AND d.objsubid = 0
WHERE w.oid >= 16384
