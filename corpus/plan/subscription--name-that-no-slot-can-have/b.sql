CREATE SUBSCRIPTION "Ünï it's" CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false);
