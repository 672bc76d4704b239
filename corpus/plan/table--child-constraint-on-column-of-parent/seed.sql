INSERT INTO dogs VALUES ('rex', 'poodle');
