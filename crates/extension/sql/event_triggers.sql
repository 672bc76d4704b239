-- The event triggers: they write the audit log, and keep rows of what users drop. They come last, and fire whatever
-- session_replication_role says.

CREATE FUNCTION pggit.audit_ddl_command_end() RETURNS event_trigger
    LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'audit_ddl_command_end_wrapper';
COMMENT ON FUNCTION pggit.audit_ddl_command_end() IS 'Event trigger: records commands.';

CREATE FUNCTION pggit.audit_sql_drop() RETURNS event_trigger
    LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'audit_sql_drop_wrapper';
COMMENT ON FUNCTION pggit.audit_sql_drop() IS 'Event trigger: records dropped objects.';

REVOKE ALL ON FUNCTION pggit.audit_ddl_command_end(), pggit.audit_sql_drop(), pggit.audit_refuse_change() FROM PUBLIC;

CREATE EVENT TRIGGER pggit_ddl_command_end ON ddl_command_end EXECUTE FUNCTION pggit.audit_ddl_command_end();
ALTER EVENT TRIGGER pggit_ddl_command_end ENABLE ALWAYS;
CREATE EVENT TRIGGER pggit_sql_drop ON sql_drop EXECUTE FUNCTION pggit.audit_sql_drop();
ALTER EVENT TRIGGER pggit_sql_drop ENABLE ALWAYS;

CREATE FUNCTION pggit.keep_rows() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'keep_rows_wrapper';
COMMENT ON FUNCTION pggit.keep_rows() IS 'Event trigger: puts rows aside before a command drops them.';
REVOKE ALL ON FUNCTION pggit.keep_rows() FROM PUBLIC;

CREATE EVENT TRIGGER pggit_keep_rows ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE', 'DROP TABLE', 'DROP SCHEMA', 'DROP TYPE', 'DROP DOMAIN', 'DROP EXTENSION',
        'DROP SEQUENCE', 'DROP OWNED')
    EXECUTE FUNCTION pggit.keep_rows();
ALTER EVENT TRIGGER pggit_keep_rows ENABLE ALWAYS;
