INSERT INTO public.p (id, at) VALUES (1, '2024-02-02'), (2, '2030-01-01');
