INSERT INTO top VALUES (1, 1, 1, 1, 1, 1);
INSERT INTO middle VALUES (1, 1, 1, 1, 1, 1, 1);
INSERT INTO bottom VALUES (1, 1, 1, 1, 1, 1, 1);
INSERT INTO beside VALUES (1, 1, 1, 1, 1, 1, 1);
INSERT INTO "both" VALUES (1, 1, 1, 1, 1, 1);
INSERT INTO spread VALUES (1, 'x'), (2, 'y');
