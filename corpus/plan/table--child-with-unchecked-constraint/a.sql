CREATE TABLE p (a integer, b text);
ALTER TABLE p ADD CONSTRAINT unchecked CHECK (a > 0) NOT VALID;
ALTER TABLE p ADD CONSTRAINT checked CHECK (b <> '');
CREATE TABLE q (c integer);
