-- Settings of every session of ours; "jit" does not exist on every server that speaks the protocol.
SELECT pg_catalog.pg_backend_pid(),
       CASE WHEN pg_catalog.current_setting('jit', true) IS NOT NULL
            THEN pg_catalog.set_config('jit', 'off', false)
       END
