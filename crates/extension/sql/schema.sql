-- The schema. It is a member of the extension, so that it goes with it.

CREATE SCHEMA pggit;
COMMENT ON SCHEMA pggit IS 'pgGit: version control for database schemas';
GRANT USAGE ON SCHEMA pggit TO PUBLIC;
