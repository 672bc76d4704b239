-- What pg_dump carries of the repository's tables; identities and what is remembered of the live schema are left out:
-- they mean something in one database alone.

SELECT pg_catalog.pg_extension_config_dump('pggit.object', '');
SELECT pg_catalog.pg_extension_config_dump('pggit.ref', '');
SELECT pg_catalog.pg_extension_config_dump('pggit.repository', '');
SELECT pg_catalog.pg_extension_config_dump('pggit.reflog', '');
SELECT pg_catalog.pg_extension_config_dump('pggit.reflog_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('pggit.aside', '');
SELECT pg_catalog.pg_extension_config_dump('pggit.aside_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('pggit.aside_row', '');
SELECT pg_catalog.pg_extension_config_dump('pggit.ignore', '');
