-- Takes away what would end a transaction that stays open, as far as this server knows it.
SELECT pg_catalog.set_config(s.name, '0', true)
FROM pg_catalog.pg_settings AS s
WHERE s.name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')
