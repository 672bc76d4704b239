-- The commands of the statement at hand. Objects in temporary schemas are left out: those that have a schema by it,
-- those that belong to a table by the end of their identity.
INSERT INTO pggit.audit_entry (session_role, role_name, client_address, application_name, command_tag, object_type,
    schema_name, object_identity, statement, branch_name, dropped)
SELECT $1, $2, pg_catalog.inet_client_addr(), $3, c.command_tag, c.object_type,
    c.schema_name, c.object_identity, $4, {branch}, false
FROM pg_catalog.pg_event_trigger_ddl_commands() AS c
WHERE CASE
    WHEN c.schema_name IS NOT NULL THEN c.schema_name OPERATOR(pg_catalog.<>) 'pg_temp'
    WHEN c.object_type OPERATOR(pg_catalog.=) ANY ('{policy,rule,trigger}'::pg_catalog.text[])
        THEN c.object_identity OPERATOR(pg_catalog.!~) ' on pg_temp\.("([^"]|"")*"|[^"]+)$'
    ELSE true
END
