INSERT INTO public.t (x) VALUES ('a'), ('b'), ('c');
INSERT INTO public.down (x) VALUES ('a'), ('b');
INSERT INTO public.unsorted (x) VALUES ('a'), ('b');
INSERT INTO public.bare VALUES (1, 'a'), (7, 'b');
INSERT INTO public.parts (x) VALUES ('a'), ('a');
