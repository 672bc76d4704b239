CREATE TYPE public.r AS RANGE (subtype = text, collation = "C", multirange_type_name = rs); CREATE TABLE public.t (r public.r, m public.rs);
