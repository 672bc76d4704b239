INSERT INTO public.t (id, name, n) VALUES (1, 'a', 1), (2, 'b', 2);
