-- The roles: of the whole cluster, made once and never dropped. Reader is part of writer, writer of admin.

DO $roles$
DECLARE
    role_name pg_catalog.text;
    memberships constant pg_catalog.text[] := '{{pggit_reader,pggit_writer},{pggit_writer,pggit_admin}}';
    pair pg_catalog.text[];
BEGIN
    FOREACH role_name IN ARRAY '{pggit_reader,pggit_writer,pggit_admin}'::pg_catalog.text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname OPERATOR(pg_catalog.=) role_name) THEN
            BEGIN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role_name);
            EXCEPTION
                -- Another database of the cluster was faster.
                WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
    END LOOP;
    FOREACH pair SLICE 1 IN ARRAY memberships LOOP
        IF NOT EXISTS (
            SELECT FROM pg_catalog.pg_auth_members AS m
            WHERE m.roleid OPERATOR(pg_catalog.=) pair[1]::pg_catalog.regrole
                AND m.member OPERATOR(pg_catalog.=) pair[2]::pg_catalog.regrole
        ) THEN
            BEGIN
                EXECUTE pg_catalog.format('GRANT %I TO %I', pair[1], pair[2]);
            EXCEPTION
                WHEN unique_violation THEN NULL;
            END;
        END IF;
    END LOOP;
END
$roles$;
