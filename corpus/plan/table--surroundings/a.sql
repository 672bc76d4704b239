CREATE TABLE public.ref (id integer PRIMARY KEY);
CREATE TABLE public.t (
  id integer NOT NULL, v varchar(10) CHECK (v <> ''), w varchar(10), x varchar(10), n integer, m integer,
  CONSTRAINT n_there CHECK (n IS NOT NULL AND n > 0));
CREATE INDEX t_lower ON public.t (lower(w));
CREATE INDEX t_x ON public.t (x);
CREATE TABLE public.p (id integer NOT NULL, k integer NOT NULL, r integer REFERENCES public.ref) PARTITION BY RANGE (k);
CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM (1) TO (10);
CREATE TABLE public.p2 PARTITION OF public.p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);
CREATE TABLE public.p21 PARTITION OF public.p2 FOR VALUES IN (1);
CREATE TABLE public.pd PARTITION OF public.p DEFAULT;
CREATE TABLE public.free (id integer NOT NULL, k integer NOT NULL, r integer REFERENCES public.ref);
CREATE FUNCTION public.steady() RETURNS integer STABLE LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.wild() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION public.tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tr BEFORE INSERT ON public.p FOR EACH ROW EXECUTE FUNCTION public.tf();
CREATE TRIGGER ts AFTER INSERT ON public.p EXECUTE FUNCTION public.tf();
