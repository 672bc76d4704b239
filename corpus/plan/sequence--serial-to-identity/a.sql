CREATE TABLE public.t (id serial PRIMARY KEY, x text);
CREATE TABLE public.down (id smallserial UNIQUE, x text);
CREATE TABLE public.unsorted (n bigserial, x text);
CREATE TABLE public.bare (id bigint PRIMARY KEY, x text);
CREATE TABLE public.parts (id serial, x text) PARTITION BY LIST (x);
CREATE TABLE public.part PARTITION OF public.parts FOR VALUES IN ('a');
