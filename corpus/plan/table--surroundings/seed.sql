INSERT INTO public.ref VALUES (1);
INSERT INTO public.t VALUES (1, 'v', 'w', 'x', 1, 1);
INSERT INTO public.p VALUES (1, 1, 1), (1, 10, 1), (1, 50, 1);
INSERT INTO public.free VALUES (1, 30, 1);
