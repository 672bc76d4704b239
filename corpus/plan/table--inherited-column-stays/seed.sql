INSERT INTO keeps VALUES (1, 'x', 2); INSERT INTO loses VALUES (1, 'x', 2); INSERT INTO leaves VALUES (1, 'x', 2);
