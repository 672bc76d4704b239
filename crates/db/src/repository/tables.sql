-- The tables of the repository, in schema pggit: made by CREATE EXTENSION, and from outside on servers without the extension.

CREATE TABLE pggit.object (
    id pg_catalog.bytea NOT NULL,
    kind pg_catalog.int2 NOT NULL,
    parents pg_catalog.bytea,
    data pg_catalog.bytea NOT NULL,
    CONSTRAINT object_pkey PRIMARY KEY (id),
    CONSTRAINT object_id_check CHECK (pg_catalog.length(id) OPERATOR(pg_catalog.=) 32),
    CONSTRAINT object_kind_check CHECK (kind OPERATOR(pg_catalog.>=) 1 AND kind OPERATOR(pg_catalog.<=) 3),
    CONSTRAINT object_parents_check CHECK ((kind OPERATOR(pg_catalog.=) 3) OPERATOR(pg_catalog.=) (parents IS NOT NULL))
);
COMMENT ON TABLE pggit.object IS 'Blobs, trees and commits by the SHA-256 of kind and content. Rows are added and never changed.';
COMMENT ON COLUMN pggit.object.id IS 'SHA-256 over the name of the kind, a zero byte, and data.';
COMMENT ON COLUMN pggit.object.kind IS '1 blob, 2 tree, 3 commit.';
COMMENT ON COLUMN pggit.object.parents IS 'Of a commit: the ids of its parents, 32 bytes each, as data has them, so that history can be walked by SQL.';
COMMENT ON COLUMN pggit.object.data IS 'The content in its canonical encoding.';

CREATE TABLE pggit.ref (
    name pg_catalog.text NOT NULL,
    kind pg_catalog.text NOT NULL,
    commit_id pg_catalog.bytea NOT NULL,
    base_commit pg_catalog.bytea,
    from_branch pg_catalog.text,
    status pg_catalog.text,
    created_by pg_catalog.text NOT NULL DEFAULT SESSION_USER,
    created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    CONSTRAINT ref_pkey PRIMARY KEY (name),
    CONSTRAINT ref_kind_check CHECK (kind OPERATOR(pg_catalog.=) 'branch' OR kind OPERATOR(pg_catalog.=) 'tag'),
    CONSTRAINT ref_status_check CHECK (CASE WHEN kind OPERATOR(pg_catalog.=) 'branch'
        THEN status IS NOT NULL AND (status OPERATOR(pg_catalog.=) 'ACTIVE' OR status OPERATOR(pg_catalog.=) 'MERGED'
            OR status OPERATOR(pg_catalog.=) 'CONFLICTED')
        ELSE status IS NULL END),
    CONSTRAINT ref_commit_id_fkey FOREIGN KEY (commit_id) REFERENCES pggit.object (id),
    CONSTRAINT ref_base_commit_fkey FOREIGN KEY (base_commit) REFERENCES pggit.object (id)
);
COMMENT ON TABLE pggit.ref IS 'Branches and tags.';
COMMENT ON COLUMN pggit.ref.kind IS 'branch or tag.';
COMMENT ON COLUMN pggit.ref.commit_id IS 'The last commit of the branch, or the commit of the tag.';
COMMENT ON COLUMN pggit.ref.base_commit IS 'The commit that the branch began at; NULL for the first branch and for tags.';
COMMENT ON COLUMN pggit.ref.from_branch IS 'What the branch was made from; NULL for the first branch and for tags.';
COMMENT ON COLUMN pggit.ref.status IS 'ACTIVE, MERGED or CONFLICTED; NULL for tags.';

CREATE TABLE pggit.repository (
    singleton pg_catalog.bool NOT NULL DEFAULT true,
    format_version pg_catalog.int4 NOT NULL,
    head_branch pg_catalog.text NOT NULL,
    first_commit pg_catalog.bytea NOT NULL,
    initialised_by pg_catalog.text NOT NULL DEFAULT SESSION_USER,
    initialised_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    CONSTRAINT repository_pkey PRIMARY KEY (singleton),
    CONSTRAINT repository_singleton_check CHECK (singleton),
    CONSTRAINT repository_first_commit_fkey FOREIGN KEY (first_commit) REFERENCES pggit.object (id)
);
COMMENT ON TABLE pggit.repository IS 'One row once the repository is initialised. Who changes the repository locks this table first.';
COMMENT ON COLUMN pggit.repository.format_version IS 'Version of these tables and of what they hold.';
COMMENT ON COLUMN pggit.repository.head_branch IS 'The branch that is checked out.';
COMMENT ON COLUMN pggit.repository.first_commit IS 'The commit that the repository began with.';

CREATE TABLE pggit.reflog (
    id pg_catalog.int8 NOT NULL GENERATED ALWAYS AS IDENTITY,
    ref_name pg_catalog.text NOT NULL,
    old_commit pg_catalog.bytea,
    new_commit pg_catalog.bytea,
    action pg_catalog.text NOT NULL,
    message pg_catalog.text NOT NULL,
    recorded_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    recorded_by pg_catalog.text NOT NULL DEFAULT SESSION_USER,
    CONSTRAINT reflog_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE pggit.reflog IS 'Every move of a branch, a tag, or HEAD. Rows are added and never changed.';
COMMENT ON COLUMN pggit.reflog.ref_name IS 'The ref; HEAD for a checkout.';
COMMENT ON COLUMN pggit.reflog.old_commit IS 'Where it was; NULL when it was made.';
COMMENT ON COLUMN pggit.reflog.new_commit IS 'Where it is then; NULL when it was deleted.';

CREATE TABLE pggit.identity (
    class pg_catalog.int8 NOT NULL,
    oid pg_catalog.int8 NOT NULL,
    server_major pg_catalog.int4 NOT NULL,
    address pg_catalog.bytea NOT NULL,
    part_numbers pg_catalog.text[] NOT NULL,
    part_kinds pg_catalog.text[] NOT NULL,
    part_names pg_catalog.text[] NOT NULL,
    CONSTRAINT identity_pkey PRIMARY KEY (class, oid)
);
COMMENT ON TABLE pggit.identity IS 'OIDs and column numbers of the objects of the commit that is checked out: what tells a rename. Means something in this database alone, so a dump leaves it out.';
COMMENT ON COLUMN pggit.identity.class IS 'OID of the system catalog.';
COMMENT ON COLUMN pggit.identity.oid IS 'OID of the row in it.';
COMMENT ON COLUMN pggit.identity.server_major IS 'Major version of the server: an upgrade can give out new OIDs, so rows of another version do not count.';
COMMENT ON COLUMN pggit.identity.address IS 'Kind and name of the object, in canonical encoding.';
COMMENT ON COLUMN pggit.identity.part_numbers IS 'Numbers of its columns and OIDs of its constraints.';
COMMENT ON COLUMN pggit.identity.part_kinds IS 'For each of part_numbers the code of its kind.';
COMMENT ON COLUMN pggit.identity.part_names IS 'For each of part_numbers its name.';

CREATE TABLE pggit.live_state (
    singleton pg_catalog.bool NOT NULL DEFAULT true,
    tree_id pg_catalog.bytea NOT NULL,
    reader pg_catalog.text NOT NULL,
    position pg_catalog.int8 NOT NULL,
    origin pg_catalog.bytea NOT NULL,
    files pg_catalog.int8[] NOT NULL,
    again pg_catalog.int8[] NOT NULL,
    patterns pg_catalog.text[] NOT NULL,
    soft_references pg_catalog.bool NOT NULL,
    CONSTRAINT live_state_pkey PRIMARY KEY (singleton),
    CONSTRAINT live_state_singleton_check CHECK (singleton)
);
COMMENT ON TABLE pggit.live_state IS 'The live schema as it was read last for a commit or a checkout, so that only what changed since is read again. Means something in this database alone, so a dump leaves it out.';
COMMENT ON COLUMN pggit.live_state.tree_id IS 'The tree of all its objects.';
COMMENT ON COLUMN pggit.live_state.reader IS 'The version of pgGit that read it.';
COMMENT ON COLUMN pggit.live_state.position IS 'Position in the write-ahead log: a page of a system catalog that was changed earlier is as pggit.catalog_page says.';
COMMENT ON COLUMN pggit.live_state.origin IS 'System identifier, OID of the database, next transaction.';
COMMENT ON COLUMN pggit.live_state.files IS 'For each system catalog its OID, the number of its file, and its length in blocks.';
COMMENT ON COLUMN pggit.live_state.again IS 'Pages that a transaction not ended then had changed: OID of the catalog times 2^32, and block.';
COMMENT ON COLUMN pggit.live_state.patterns IS 'The patterns of pggit.ignore.';
COMMENT ON COLUMN pggit.live_state.soft_references IS 'Whether an object may name another one that pg_depend does not tell of.';

CREATE TABLE pggit.catalog_page (
    catalog pg_catalog.int8 NOT NULL,
    block pg_catalog.int8 NOT NULL,
    content pg_catalog.bytea NOT NULL,
    CONSTRAINT catalog_page_pkey PRIMARY KEY (catalog, block)
);
COMMENT ON TABLE pggit.catalog_page IS 'The rows that the pages of the system catalogs held when pggit.live_state was read.';
COMMENT ON COLUMN pggit.catalog_page.catalog IS 'OID of the system catalog.';
COMMENT ON COLUMN pggit.catalog_page.content IS 'For each row the number of its line pointer, the transaction that wrote it, and what tells its object.';

CREATE TABLE pggit.aside (
    id pg_catalog.int8 NOT NULL GENERATED ALWAYS AS IDENTITY,
    commit_id pg_catalog.bytea NOT NULL,
    address pg_catalog.bytea NOT NULL,
    column_name pg_catalog.text,
    columns pg_catalog.text[] NOT NULL,
    key_columns pg_catalog.text[] NOT NULL,
    row_count pg_catalog.int8 NOT NULL,
    created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    CONSTRAINT aside_pkey PRIMARY KEY (id),
    CONSTRAINT aside_commit_id_fkey FOREIGN KEY (commit_id) REFERENCES pggit.object (id)
);
COMMENT ON TABLE pggit.aside IS 'What checkout took away although it had rows, kept until it comes back. Names are those of the commit.';
COMMENT ON COLUMN pggit.aside.commit_id IS 'The commit that was checked out.';
COMMENT ON COLUMN pggit.aside.address IS 'Kind and name of the table or sequence, in canonical encoding.';
COMMENT ON COLUMN pggit.aside.column_name IS 'The column; NULL for all of a table and for a sequence.';
COMMENT ON COLUMN pggit.aside.columns IS 'The columns whose values are kept.';
COMMENT ON COLUMN pggit.aside.key_columns IS 'The columns that tell the rows apart.';

CREATE TABLE pggit.aside_row (
    aside_id pg_catalog.int8 NOT NULL,
    row_number pg_catalog.int8 NOT NULL,
    key_values pg_catalog.text[] NOT NULL,
    row_values pg_catalog.text[] NOT NULL,
    CONSTRAINT aside_row_pkey PRIMARY KEY (aside_id, row_number),
    CONSTRAINT aside_row_aside_id_fkey FOREIGN KEY (aside_id) REFERENCES pggit.aside (id) ON DELETE CASCADE
);
COMMENT ON TABLE pggit.aside_row IS 'The rows of pggit.aside.';
COMMENT ON COLUMN pggit.aside_row.key_values IS 'Values of key_columns as text.';
COMMENT ON COLUMN pggit.aside_row.row_values IS 'Values of columns as text.';

CREATE TABLE pggit.ignore (
    pattern pg_catalog.text NOT NULL,
    reason pg_catalog.text,
    CONSTRAINT ignore_pkey PRIMARY KEY (pattern)
);
COMMENT ON TABLE pggit.ignore IS 'Objects that are not under version control.';
COMMENT ON COLUMN pggit.ignore.pattern IS 'A LIKE pattern for the qualified name: schema.name.';
COMMENT ON COLUMN pggit.ignore.reason IS 'Why, for people.';
