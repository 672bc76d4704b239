-- The audit log: every DDL command, written by the event triggers alone and never changed afterwards.

CREATE TABLE pggit.audit_entry (
    id pg_catalog.int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id pg_catalog.xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
    recorded_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    session_role pg_catalog.text,
    role_name pg_catalog.text,
    client_address pg_catalog.inet,
    application_name pg_catalog.text,
    command_tag pg_catalog.text NOT NULL,
    object_type pg_catalog.text,
    schema_name pg_catalog.text,
    object_identity pg_catalog.text,
    statement pg_catalog.text,
    branch_name pg_catalog.text,
    dropped pg_catalog.bool NOT NULL
);

COMMENT ON TABLE pggit.audit_entry IS 'Every DDL command. Read it through the view audit_log.';
COMMENT ON COLUMN pggit.audit_entry.transaction_id IS 'Transaction of the command, in the cluster where it ran.';
COMMENT ON COLUMN pggit.audit_entry.session_role IS 'Role that logged in.';
COMMENT ON COLUMN pggit.audit_entry.role_name IS 'Role after SET ROLE.';
COMMENT ON COLUMN pggit.audit_entry.client_address IS 'NULL for a connection by socket.';
COMMENT ON COLUMN pggit.audit_entry.object_identity IS 'NULL where the server does not tell it, as for GRANT.';
COMMENT ON COLUMN pggit.audit_entry.statement IS
    'The statement that the client sent, its first 64 kB; NULL for commands that may carry a password.';
COMMENT ON COLUMN pggit.audit_entry.dropped IS 'Whether this object was dropped by the command.';

-- Numbers start at the time of installation in microseconds: what is recorded while a dump is restored into a new
-- database never takes the number of an entry that the dump brings.
DO $start$
BEGIN
    EXECUTE pg_catalog.format('ALTER TABLE pggit.audit_entry ALTER COLUMN id RESTART WITH %s',
        pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.*) 1000000));
END
$start$;

-- The entries are part of a dump, the sequence is not: see above.
SELECT pg_catalog.pg_extension_config_dump('pggit.audit_entry', '');

CREATE FUNCTION pggit.audit_refuse_change() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'audit_refuse_change_wrapper';
COMMENT ON FUNCTION pggit.audit_refuse_change() IS 'Trigger: refuses every change of what is recorded.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pggit.audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION pggit.audit_refuse_change();
ALTER TABLE pggit.audit_entry ENABLE ALWAYS TRIGGER append_only;

CREATE VIEW pggit.audit_log AS
    SELECT e.id, e.recorded_at, e.transaction_id, e.session_role, e.role_name, e.client_address, e.application_name,
        e.command_tag, e.object_type, e.schema_name, e.object_identity, e.dropped, e.statement, e.branch_name
    FROM pggit.audit_entry AS e;
COMMENT ON VIEW pggit.audit_log IS 'Every DDL command: who, when, from where, what, on which branch.';

REVOKE ALL ON TABLE pggit.audit_entry, pggit.audit_log FROM PUBLIC;
GRANT SELECT ON TABLE pggit.audit_log TO pggit_reader;
