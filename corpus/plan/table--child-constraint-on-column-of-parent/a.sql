CREATE TABLE animals (name text);
CREATE TABLE dogs (breed text) INHERITS (animals);
