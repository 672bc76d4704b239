INSERT INTO s.t (m) VALUES ('a');
