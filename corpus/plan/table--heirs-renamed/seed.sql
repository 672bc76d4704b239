INSERT INTO p VALUES (1, 'x', 3); INSERT INTO declares VALUES (1, 'x', 3, 4); INSERT INTO below VALUES (1, 'x', 3, 4);
INSERT INTO vacates VALUES (1, 'x', 3, 4, 5); INSERT INTO takes VALUES (1, 'x', 3, 4);
