-- Statements that make database $1 with comment $2, empty, with encoding and locale of the current one.
SELECT pg_catalog.format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',
                         $1, pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype)
       -- Providers came with PostgreSQL 15, and their columns have had other names since: read by name, as JSON.
       || CASE j ->> 'datlocprovider'
            WHEN 'c' THEN ' LOCALE_PROVIDER libc'
            WHEN 'i' THEN pg_catalog.format(' LOCALE_PROVIDER icu ICU_LOCALE %L',
                                            COALESCE(j ->> 'datlocale', j ->> 'daticulocale'))
            WHEN 'b' THEN pg_catalog.format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', j ->> 'datlocale')
            ELSE ''
          END
       || CASE WHEN j ->> 'daticurules' IS NULL THEN ''
               ELSE pg_catalog.format(' ICU_RULES %L', j ->> 'daticurules')
          END
  FROM pg_catalog.pg_database d
 CROSS JOIN LATERAL pg_catalog.to_jsonb(d) j
 WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
UNION ALL
SELECT pg_catalog.format('COMMENT ON DATABASE %I IS %L', $1, $2)
