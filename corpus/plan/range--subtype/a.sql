CREATE TYPE public.r AS RANGE (subtype = integer); CREATE TABLE public.t (r public.r);
