INSERT INTO p.ref SELECT g, g FROM generate_series(1, 20) g;
INSERT INTO p.t SELECT g, g, 'x', 'v', 1, now(), '{}', 1, g, g, 1, g FROM generate_series(1, 20) g;
INSERT INTO p.part SELECT g, g FROM generate_series(1, 9) g;
INSERT INTO p.child SELECT g, 10 FROM generate_series(1, 5) g;
INSERT INTO p.childck SELECT g, 20 FROM generate_series(1, 5) g;
INSERT INTO p.heir2 VALUES (1, 1);
