CREATE SUBSCRIPTION "Ünï it's" CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false);
CREATE SUBSCRIPTION "Once so" CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false);
ALTER SUBSCRIPTION "Once so" RENAME TO otherwise_now;
