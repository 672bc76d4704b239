-- Functions about pggit itself.

CREATE FUNCTION pggit.version() RETURNS pg_catalog.text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'version_wrapper';
COMMENT ON FUNCTION pggit.version() IS 'pggit.version() → text: version of the installed library, MAJOR.MINOR.PATCH';

CREATE FUNCTION pggit.help(OUT function_name pg_catalog.text, OUT arguments pg_catalog.text, OUT usage pg_catalog.text)
    RETURNS SETOF pg_catalog.record
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $function$
        SELECT p.proname::text, pg_catalog.pg_get_function_arguments(p.oid), d.description
        FROM pg_catalog.pg_proc AS p
        LEFT JOIN pg_catalog.pg_description AS d
            ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_proc'::regclass AND d.objsubid = 0
        WHERE p.pronamespace = 'pggit'::regnamespace
            AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
        ORDER BY 1, 2
    $function$;
COMMENT ON FUNCTION pggit.help() IS 'pggit.help() → setof record: every function of pggit with its usage';
