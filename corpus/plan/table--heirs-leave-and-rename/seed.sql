INSERT INTO p VALUES (1, 'x'); INSERT INTO leaves VALUES (1, 'x'); INSERT INTO below VALUES (1, 'x', 2);
INSERT INTO stays VALUES (1, 'x'); INSERT INTO keeps_names VALUES (1, 'x');
INSERT INTO events VALUES (1, '2020-06-01', 'a'), (2, '2022-06-01', 'b');
