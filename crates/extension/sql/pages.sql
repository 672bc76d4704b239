-- What tells which objects may have changed. For pages that changed since a position in the write-ahead log (a negative
-- one: for all), and for those of "again" (OID of the catalog times 2^32, and block): catalog, block, whether the page
-- holds the same until it is changed, and for each row that the statement sees the number of its line pointer (2 bytes),
-- the transaction that wrote it (4), and its key (4 for each number); numbers begin with the lowest byte. Before that, a
-- row for catalog 0 with the present position as block, and system identifier (8), OID of the database (4), next
-- transaction (8); and one of block -1 for each catalog with the numbers of its file (4) and of its blocks (4). A key is a
-- list of columns: "#" before a name for a hash of it, ">" before a number for rows where it is positive.

CREATE FUNCTION pggit.catalog_pages(
        since pg_catalog.int8,
        catalogs pg_catalog.text[],
        keys pg_catalog.text[],
        again pg_catalog.int8[])
    RETURNS TABLE (
        catalog pg_catalog.int8,
        block pg_catalog.int8,
        settled pg_catalog.bool,
        content pg_catalog.bytea)
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'catalog_pages_wrapper';
COMMENT ON FUNCTION pggit.catalog_pages(pg_catalog.int8, pg_catalog.text[], pg_catalog.text[], pg_catalog.int8[]) IS
    'pggit.catalog_pages(since int8, catalogs text[], keys text[], again int8[]) → table: for pgGit itself: rows of the system catalogs in pages that changed';
REVOKE ALL ON FUNCTION
    pggit.catalog_pages(pg_catalog.int8, pg_catalog.text[], pg_catalog.text[], pg_catalog.int8[]) FROM PUBLIC;
