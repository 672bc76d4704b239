INSERT INTO public.t (x) VALUES ('a');
