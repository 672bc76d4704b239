INSERT INTO other VALUES (1), (2);
INSERT INTO parent VALUES (1, 1, 1, 1);
INSERT INTO child VALUES (1, 1, 1, 1);
INSERT INTO grandchild VALUES (1, 1, 1, 1), (1, 7, 1, 1);
