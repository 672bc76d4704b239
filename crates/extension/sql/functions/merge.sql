-- Merging.

CREATE FUNCTION pggit.merge(source_branch pg_catalog.text, target_branch pg_catalog.text DEFAULT NULL, strategy pg_catalog.text DEFAULT 'auto') RETURNS TABLE (
        status pg_catalog.text,
        commit_id pg_catalog.text,
        merged_objects pg_catalog.int4,
        conflicts pg_catalog.int4,
        message pg_catalog.text)
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'merge_wrapper';
COMMENT ON FUNCTION pggit.merge(pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
    'pggit.merge(source_branch text, target_branch text DEFAULT NULL, strategy text DEFAULT ''auto'') → table: merges a branch into another';
REVOKE ALL ON FUNCTION pggit.merge(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pggit.merge(pg_catalog.text, pg_catalog.text, pg_catalog.text) TO pggit_writer;
