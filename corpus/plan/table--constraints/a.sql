CREATE TABLE public.t (id integer PRIMARY KEY, name text, n integer);
ALTER TABLE public.t ADD CONSTRAINT c CHECK (n > 0), ADD CONSTRAINT u UNIQUE (name);
