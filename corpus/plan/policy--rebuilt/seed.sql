INSERT INTO public.t (id, n) VALUES (1, 1), (2, 2);
