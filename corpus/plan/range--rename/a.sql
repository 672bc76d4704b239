CREATE TYPE public.r AS RANGE (subtype = date, multirange_type_name = rs); CREATE TABLE public.t (r public.r);
