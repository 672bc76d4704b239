INSERT INTO public.b VALUES (1, 'a');
