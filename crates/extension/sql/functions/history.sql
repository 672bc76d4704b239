-- Changes and history.

CREATE FUNCTION pggit.status() RETURNS TABLE (
        branch_name pg_catalog.text,
        change_type pg_catalog.text,
        object_type pg_catalog.text,
        object_name pg_catalog.text,
        details pg_catalog.text)
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'status_wrapper';
COMMENT ON FUNCTION pggit.status() IS
    'pggit.status() → table: uncommitted changes of the live schema';

CREATE FUNCTION pggit.commit(message pg_catalog.text, author pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.text
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'commit_wrapper';
COMMENT ON FUNCTION pggit.commit(pg_catalog.text, pg_catalog.text) IS
    'pggit.commit(message text, author text DEFAULT NULL) → text: commits the live schema on the checked-out branch';
REVOKE ALL ON FUNCTION pggit.commit(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pggit.commit(pg_catalog.text, pg_catalog.text) TO pggit_writer;

CREATE FUNCTION pggit.log(ref pg_catalog.text DEFAULT 'HEAD', max_count pg_catalog.int4 DEFAULT 100) RETURNS TABLE (
        commit_id pg_catalog.text,
        message pg_catalog.text,
        author pg_catalog.text,
        committed_at pg_catalog.timestamptz,
        branch_name pg_catalog.text,
        parent_ids pg_catalog.text[],
        changes pg_catalog.int4,
        source pg_catalog.text)
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'log_wrapper';
COMMENT ON FUNCTION pggit.log(pg_catalog.text, pg_catalog.int4) IS
    'pggit.log(ref text DEFAULT ''HEAD'', max_count integer DEFAULT 100) → table: commits, newest first';

CREATE FUNCTION pggit.diff(from_ref pg_catalog.text DEFAULT 'HEAD', to_ref pg_catalog.text DEFAULT 'WORKING') RETURNS TABLE (
        change_type pg_catalog.text,
        object_type pg_catalog.text,
        object_name pg_catalog.text,
        details pg_catalog.text,
        ddl pg_catalog.text,
        hazards pg_catalog.text[])
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'diff_wrapper';
COMMENT ON FUNCTION pggit.diff(pg_catalog.text, pg_catalog.text) IS
    'pggit.diff(from_ref text DEFAULT ''HEAD'', to_ref text DEFAULT ''WORKING'') → table: what turns one state into another, in the order in which the DDL must run';

CREATE FUNCTION pggit.diff_as_sql(from_ref pg_catalog.text, to_ref pg_catalog.text, online pg_catalog.bool DEFAULT false) RETURNS pg_catalog.text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'diff_as_sql_wrapper';
COMMENT ON FUNCTION pggit.diff_as_sql(pg_catalog.text, pg_catalog.text, pg_catalog.bool) IS
    'pggit.diff_as_sql(from_ref text, to_ref text, online boolean DEFAULT false) → text: a script that turns one state into another';

CREATE FUNCTION pggit.show(ref pg_catalog.text DEFAULT 'HEAD') RETURNS TABLE (
        commit_id pg_catalog.text,
        message pg_catalog.text,
        author pg_catalog.text,
        committed_at pg_catalog.timestamptz,
        change_type pg_catalog.text,
        object_type pg_catalog.text,
        object_name pg_catalog.text,
        details pg_catalog.text)
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'show_wrapper';
COMMENT ON FUNCTION pggit.show(pg_catalog.text) IS
    'pggit.show(ref text DEFAULT ''HEAD'') → table: what a commit changed';

CREATE FUNCTION pggit.blame(object_name pg_catalog.text) RETURNS TABLE (
        part pg_catalog.text,
        commit_id pg_catalog.text,
        author pg_catalog.text,
        committed_at pg_catalog.timestamptz,
        message pg_catalog.text)
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'blame_wrapper';
COMMENT ON FUNCTION pggit.blame(pg_catalog.text) IS
    'pggit.blame(object_name text) → table: the commit that last changed each part of an object';

CREATE FUNCTION pggit.get_history(object_name pg_catalog.text, max_count pg_catalog.int4 DEFAULT 10) RETURNS TABLE (
        commit_id pg_catalog.text,
        committed_at pg_catalog.timestamptz,
        author pg_catalog.text,
        message pg_catalog.text,
        branch_name pg_catalog.text,
        change_type pg_catalog.text,
        object_name pg_catalog.text,
        details pg_catalog.text)
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'get_history_wrapper';
COMMENT ON FUNCTION pggit.get_history(pg_catalog.text, pg_catalog.int4) IS
    'pggit.get_history(object_name text, max_count integer DEFAULT 10) → table: the commits that changed an object, newest first';

CREATE FUNCTION pggit.export_schema(ref pg_catalog.text DEFAULT 'HEAD') RETURNS pg_catalog.text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'export_schema_wrapper';
COMMENT ON FUNCTION pggit.export_schema(pg_catalog.text) IS
    'pggit.export_schema(ref text DEFAULT ''HEAD'') → text: a script that builds a state in an empty database';
