-- The server's process, whether the session is one that was started for us (with mark $1), and settings of every such session
-- of ours; "jit" does not exist on every server that speaks the protocol.
SELECT pg_catalog.pg_backend_pid(),
       s.is_ours,
       CASE WHEN s.is_ours AND pg_catalog.current_setting('jit', true) IS NOT NULL
            THEN pg_catalog.set_config('jit', 'off', false)
       END
FROM (SELECT pg_catalog.current_setting('pggit_wire.session', true) IS NOT DISTINCT FROM $1::pg_catalog.text) AS s (is_ours)
