CREATE TABLE public.b (x integer, CONSTRAINT a_pkey PRIMARY KEY (x));
