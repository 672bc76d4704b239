CREATE TABLE t (
    a int,
    stored int GENERATED ALWAYS AS (a + 1) STORED,
    computed int GENERATED ALWAYS AS (a + 2) VIRTUAL,
    plain int,
    changes int GENERATED ALWAYS AS (a * 2) VIRTUAL
);
