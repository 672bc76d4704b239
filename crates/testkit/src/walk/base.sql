-- What every walk begins with: objects of all kinds that hang on each other, with rows.
DO $$
BEGIN
    CREATE ROLE walker;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
    CREATE ROLE "Odd "" role";
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
CREATE SCHEMA app;
CREATE SCHEMA "Odd "" schema";
CREATE EXTENSION citext SCHEMA app;
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE LANGUAGE own_language HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler;
CREATE COLLATION app.german (PROVIDER = icu, LOCALE = 'de');
CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE app.point3 AS (x integer, y integer, z integer);
CREATE DOMAIN public.positive AS integer CONSTRAINT is_positive CHECK (VALUE > 0);
CREATE TYPE public.floats AS RANGE (subtype = float8);
CREATE TYPE app.plain;
CREATE FUNCTION app.plain_in(cstring) RETURNS app.plain LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION app.plain_out(app.plain) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE app.plain (INPUT = app.plain_in, OUTPUT = app.plain_out, LIKE = text);
CREATE SEQUENCE app.numbers INCREMENT BY 5;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION public.double_of(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE FUNCTION app.logged() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE AGGREGATE app.plus (integer) (SFUNC = int4pl, STYPE = integer);
CREATE FOREIGN DATA WRAPPER far OPTIONS (a 'b');
CREATE SERVER there FOREIGN DATA WRAPPER far OPTIONS (host 'nowhere');
CREATE USER MAPPING FOR pg_monitor SERVER there OPTIONS (user 'x');
CREATE OPERATOR app.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq, COMMUTATOR = OPERATOR(app.===));
CREATE OPERATOR FAMILY app.numbers_family USING btree;
CREATE OPERATOR CLASS app.numbers_class FOR TYPE integer USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE CAST (public.mood AS integer) WITH INOUT AS ASSIGNMENT;
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH PARSER app.words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE app.one (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY app.small (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION app.search (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION app.search ALTER MAPPING FOR word WITH app.small;
CREATE TABLE public.users (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name varchar(40) DEFAULT 'x',
    feeling public.mood DEFAULT 'ok', age public.positive, created date DEFAULT '2020-01-01', thing app.plain
);
CREATE TABLE app.orders (
    id serial PRIMARY KEY, user_id integer REFERENCES public.users (id), total numeric(10, 2) CHECK (total >= 0),
    place app.point3, twice integer GENERATED ALWAYS AS (id * 2) STORED, note text
);
CREATE TABLE "Odd "" schema"."Odd Table" ("select" integer, "Mixed Case" text COLLATE app.german, CHECK ("select" <> 7));
CREATE TABLE app.events (id bigint, at date NOT NULL, kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE app.events_rest PARTITION OF app.events DEFAULT;
CREATE TABLE public.animals (name text, legs integer);
CREATE TABLE public.dogs (breed text) INHERITS (public.animals);
CREATE TABLE public.places OF app.point3 (x NOT NULL);
CREATE FOREIGN TABLE app.distant (a integer OPTIONS (x 'y'), b text) SERVER there OPTIONS (x 'z');
CREATE INDEX users_name ON public.users (lower(name));
CREATE INDEX events_kind ON app.events (kind);
CREATE INDEX orders_user ON app.orders (user_id app.numbers_class);
CREATE VIEW public.adults AS SELECT id, email, age FROM public.users WHERE age > 17;
CREATE VIEW public.adult_orders AS SELECT o.id, a.email, o.total FROM app.orders o JOIN public.adults a ON a.id = o.user_id;
CREATE MATERIALIZED VIEW app.totals AS SELECT user_id, sum(total) AS total FROM app.orders GROUP BY user_id;
CREATE INDEX totals_user ON app.totals (user_id);
CREATE TRIGGER touched BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE POLICY own ON public.users FOR SELECT USING (email = CURRENT_USER);
CREATE RULE quiet AS ON DELETE TO app.orders DO INSTEAD NOTHING;
CREATE STATISTICS app.orders_s ON user_id, total FROM app.orders;
CREATE PUBLICATION changes FOR TABLE public.users, app.orders (id, note);
CREATE PUBLICATION all_of_app FOR TABLES IN SCHEMA app;
CREATE SUBSCRIPTION taken CONNECTION 'host=nowhere' PUBLICATION theirs WITH (connect = false);
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO pg_monitor;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) FROM PUBLIC;
CREATE EVENT TRIGGER noticed ON ddl_command_end EXECUTE FUNCTION app.logged();
GRANT SELECT ON public.users TO PUBLIC;
GRANT UPDATE (note) ON app.orders TO pg_monitor;
COMMENT ON TABLE app.orders IS 'it''s what people buy';
INSERT INTO public.users (email, age, thing) SELECT 'user ' || n, n, 'it' FROM generate_series(1, 20) AS n;
INSERT INTO app.orders (user_id, total, place, note) SELECT n, n * 1.5, ROW(n, n, n)::app.point3, 'n' FROM generate_series(1, 20) AS n;
INSERT INTO "Odd "" schema"."Odd Table" SELECT n + 100, 't' || n FROM generate_series(1, 5) AS n;
INSERT INTO app.events SELECT n, date '2020-06-01' + n * 100, 'k' FROM generate_series(1, 6) AS n;
INSERT INTO public.dogs SELECT 'rex ' || n, 4, 'poodle' FROM generate_series(1, 3) AS n;
INSERT INTO public.places SELECT n, n, n FROM generate_series(1, 3) AS n;
