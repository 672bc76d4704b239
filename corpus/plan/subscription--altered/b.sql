CREATE SUBSCRIPTION s CONNECTION 'host=elsewhere' PUBLICATION q
    WITH (connect = false, slot_name = NONE, streaming, synchronous_commit = 'local', disable_on_error);
COMMENT ON SUBSCRIPTION s IS 'Ours.';
CREATE SUBSCRIPTION rebuilt CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, two_phase, slot_name = 'x');
