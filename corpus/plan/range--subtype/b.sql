CREATE TYPE public.r AS RANGE (subtype = bigint); CREATE TABLE public.t (r public.r);
