CREATE TYPE public.mood AS ENUM ('a'); CREATE TABLE public.t (m public.mood DEFAULT 'a');
