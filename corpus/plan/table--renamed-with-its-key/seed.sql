INSERT INTO public.lib (id, s) VALUES (1, 1);
INSERT INTO public.other (x) VALUES (1);
INSERT INTO public.first (id) VALUES (1);
INSERT INTO public.second (id) VALUES (1);
