INSERT INTO rows VALUES (1, 'good', '{good,bad}', true, '{a,b}', 7, '{}', '2020-01-01'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
