INSERT INTO p VALUES (1, 1, 'x'), (2, 2, 'y');
INSERT INTO p2 VALUES (11, 1, 'x');
