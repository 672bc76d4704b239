CREATE SUBSCRIPTION s CONNECTION 'host=nowhere password=''x y''' PUBLICATION p, "Odd one"
    WITH (connect = false, slot_name = 'far', binary);
CREATE SUBSCRIPTION goes CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false);
COMMENT ON SUBSCRIPTION goes IS 'Old.';
CREATE SUBSCRIPTION rebuilt CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE);
