CREATE TABLE public.p (id integer NOT NULL, at date NOT NULL, v text) PARTITION BY RANGE (at);
CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.pd PARTITION OF public.p DEFAULT;
CREATE INDEX i ON public.p (v); CREATE TABLE public.p2 (id integer NOT NULL, at date NOT NULL, v text);
