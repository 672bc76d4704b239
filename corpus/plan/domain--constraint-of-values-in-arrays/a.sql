CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE pair AS (a positive, b text);
CREATE TABLE t (id int, many positive[], two pair, one positive DEFAULT 1);
