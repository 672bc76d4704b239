-- The roles of the example shop. Roles belong to the whole server, so this file stands apart from schema.sql:
-- run it first, once per server; running it again, or twice at the same time, changes nothing.
DO $roles$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['shop_owner', 'shop_app', 'shop_report'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role_name);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN
                    NULL; -- another session was faster
            END;
        END IF;
    END LOOP;
END
$roles$;
