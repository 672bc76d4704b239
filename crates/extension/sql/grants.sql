-- Who may read the repository's tables. Nobody writes them but the extension; patterns to ignore are the admin's.

REVOKE ALL ON TABLE pggit.object, pggit.ref, pggit.repository, pggit.reflog, pggit.identity, pggit.live_state,
    pggit.catalog_page, pggit.aside, pggit.aside_row, pggit.ignore FROM PUBLIC;
GRANT SELECT ON TABLE pggit.object, pggit.ref, pggit.repository, pggit.reflog, pggit.identity, pggit.ignore
    TO pggit_reader;
GRANT INSERT, UPDATE, DELETE ON TABLE pggit.ignore TO pggit_admin;
