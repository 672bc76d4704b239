INSERT INTO parent VALUES (1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
INSERT INTO child VALUES (1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
INSERT INTO grandchild VALUES (1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
INSERT INTO renamed VALUES (1, 1, 1);
INSERT INTO spread VALUES (1, 1);
