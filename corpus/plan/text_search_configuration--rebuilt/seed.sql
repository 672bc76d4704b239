INSERT INTO public.t (id, name) VALUES (1, 'a'), (2, 'b');
