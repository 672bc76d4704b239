-- Repository, branches and tags.

CREATE FUNCTION pggit.init(message pg_catalog.text DEFAULT 'Initial schema') RETURNS pg_catalog.text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'init_wrapper';
COMMENT ON FUNCTION pggit.init(pg_catalog.text) IS
    'pggit.init(message text DEFAULT ''Initial schema'') → text: commits the live schema as the first commit of main';
REVOKE ALL ON FUNCTION pggit.init(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pggit.init(pg_catalog.text) TO pggit_admin;

CREATE FUNCTION pggit.current_branch() RETURNS pg_catalog.text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'current_branch_wrapper';
COMMENT ON FUNCTION pggit.current_branch() IS
    'pggit.current_branch() → text: the branch that is checked out';

CREATE FUNCTION pggit.create_branch(branch_name pg_catalog.text, from_branch pg_catalog.text DEFAULT 'HEAD', copy_data pg_catalog.bool DEFAULT false) RETURNS pg_catalog.text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'create_branch_wrapper';
COMMENT ON FUNCTION pggit.create_branch(pg_catalog.text, pg_catalog.text, pg_catalog.bool) IS
    'pggit.create_branch(branch_name text, from_branch text DEFAULT ''HEAD'', copy_data boolean DEFAULT false) → text: makes a branch';
REVOKE ALL ON FUNCTION pggit.create_branch(pg_catalog.text, pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pggit.create_branch(pg_catalog.text, pg_catalog.text, pg_catalog.bool) TO pggit_writer;

CREATE FUNCTION pggit.checkout(branch_name pg_catalog.text, discard pg_catalog.bool DEFAULT false) RETURNS pg_catalog.text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'checkout_wrapper';
COMMENT ON FUNCTION pggit.checkout(pg_catalog.text, pg_catalog.bool) IS
    'pggit.checkout(branch_name text, discard boolean DEFAULT false) → text: makes the live schema that of a branch';
REVOKE ALL ON FUNCTION pggit.checkout(pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pggit.checkout(pg_catalog.text, pg_catalog.bool) TO pggit_writer;

CREATE FUNCTION pggit.list_branches(status pg_catalog.text DEFAULT NULL) RETURNS TABLE (
        branch_name pg_catalog.text,
        status pg_catalog.text,
        is_current pg_catalog.bool,
        head_commit pg_catalog.text,
        from_branch pg_catalog.text,
        ahead pg_catalog.int8,
        behind pg_catalog.int8,
        last_commit_at pg_catalog.timestamptz,
        last_message pg_catalog.text,
        created_by pg_catalog.text,
        created_at pg_catalog.timestamptz)
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'list_branches_wrapper';
COMMENT ON FUNCTION pggit.list_branches(pg_catalog.text) IS
    'pggit.list_branches(status text DEFAULT NULL) → table: the branches';

CREATE FUNCTION pggit.delete_branch(branch_name pg_catalog.text, force pg_catalog.bool DEFAULT false) RETURNS pg_catalog.text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'delete_branch_wrapper';
COMMENT ON FUNCTION pggit.delete_branch(pg_catalog.text, pg_catalog.bool) IS
    'pggit.delete_branch(branch_name text, force boolean DEFAULT false) → text: deletes a branch';
REVOKE ALL ON FUNCTION pggit.delete_branch(pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pggit.delete_branch(pg_catalog.text, pg_catalog.bool) TO pggit_writer;

CREATE FUNCTION pggit.rename_branch(old_name pg_catalog.text, new_name pg_catalog.text) RETURNS pg_catalog.text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'rename_branch_wrapper';
COMMENT ON FUNCTION pggit.rename_branch(pg_catalog.text, pg_catalog.text) IS
    'pggit.rename_branch(old_name text, new_name text) → text: renames a branch';
REVOKE ALL ON FUNCTION pggit.rename_branch(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pggit.rename_branch(pg_catalog.text, pg_catalog.text) TO pggit_writer;

CREATE FUNCTION pggit.tag(tag_name pg_catalog.text, ref pg_catalog.text DEFAULT 'HEAD') RETURNS pg_catalog.text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'tag_wrapper';
COMMENT ON FUNCTION pggit.tag(pg_catalog.text, pg_catalog.text) IS
    'pggit.tag(tag_name text, ref text DEFAULT ''HEAD'') → text: names a commit';
REVOKE ALL ON FUNCTION pggit.tag(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pggit.tag(pg_catalog.text, pg_catalog.text) TO pggit_writer;

CREATE FUNCTION pggit.list_tags() RETURNS TABLE (
        tag_name pg_catalog.text,
        commit_id pg_catalog.text,
        created_by pg_catalog.text,
        created_at pg_catalog.timestamptz)
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'list_tags_wrapper';
COMMENT ON FUNCTION pggit.list_tags() IS
    'pggit.list_tags() → table: the tags';

CREATE FUNCTION pggit.delete_tag(tag_name pg_catalog.text) RETURNS pg_catalog.text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'delete_tag_wrapper';
COMMENT ON FUNCTION pggit.delete_tag(pg_catalog.text) IS
    'pggit.delete_tag(tag_name text) → text: deletes a tag';
REVOKE ALL ON FUNCTION pggit.delete_tag(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pggit.delete_tag(pg_catalog.text) TO pggit_writer;

CREATE FUNCTION pggit.reflog(max_count pg_catalog.int4 DEFAULT 100) RETURNS TABLE (
        id pg_catalog.int8,
        ref_name pg_catalog.text,
        old_commit pg_catalog.text,
        new_commit pg_catalog.text,
        action pg_catalog.text,
        message pg_catalog.text,
        recorded_by pg_catalog.text,
        recorded_at pg_catalog.timestamptz)
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'reflog_wrapper';
COMMENT ON FUNCTION pggit.reflog(pg_catalog.int4) IS
    'pggit.reflog(max_count integer DEFAULT 100) → table: what happened to branches and tags, newest first';
