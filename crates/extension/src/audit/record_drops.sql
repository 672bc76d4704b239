-- The objects that the statement at hand has dropped: those it names, and those that went by CASCADE; of an extension
-- the extension alone. The rule that makes a view is part of the view.
INSERT INTO pggit.audit_entry (session_role, role_name, client_address, application_name, command_tag, object_type,
    schema_name, object_identity, statement, branch_name, dropped)
SELECT $1, $2, pg_catalog.inet_client_addr(), $3, $5, d.object_type,
    d.schema_name, d.object_identity, $4, {branch}, true
FROM pg_catalog.pg_event_trigger_dropped_objects() AS d
WHERE (d.original OR (d.normal AND $5 OPERATOR(pg_catalog.<>) 'DROP EXTENSION'))
    AND NOT d.is_temporary
    AND NOT (d.object_type OPERATOR(pg_catalog.=) 'rule' AND d.object_identity OPERATOR(pg_catalog.~~) '"_RETURN" on %')
