CREATE TYPE public.q AS RANGE (subtype = date, multirange_type_name = rs); CREATE TABLE public.t (r public.q);
