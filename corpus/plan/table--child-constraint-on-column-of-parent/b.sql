CREATE TABLE animals (name text, born date);
CREATE TABLE dogs (breed text) INHERITS (animals);
ALTER TABLE dogs ADD CONSTRAINT young CHECK (born > '2000-01-01');
