CREATE TABLE t (
    a int,
    stored int GENERATED ALWAYS AS (a + 1) VIRTUAL,
    computed int,
    plain int GENERATED ALWAYS AS (a + 3),
    changes int GENERATED ALWAYS AS (a * 3) VIRTUAL
);
