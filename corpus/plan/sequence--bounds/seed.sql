SELECT nextval('raised'), nextval('lowered'), nextval('apart'), nextval('down'), nextval('wider'); INSERT INTO t DEFAULT VALUES;
