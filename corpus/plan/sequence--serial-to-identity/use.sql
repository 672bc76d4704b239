INSERT INTO public.t (x) VALUES ('d');
INSERT INTO public.down (x) VALUES ('c');
INSERT INTO public.unsorted (x) VALUES ('c');
INSERT INTO public.parts (x) VALUES ('a');
DO $$
BEGIN
    ASSERT (SELECT max(id) FROM public.t) = 4, 'a counter begins anew';
    ASSERT (SELECT count(DISTINCT n) FROM public.unsorted) = 3, 'a counter comes to what is there';
    ASSERT (SELECT count(DISTINCT id) FROM public.parts) = 3, 'a counter of partitions comes to what is there';
    IF (SELECT column_default IS NOT NULL FROM information_schema.columns WHERE table_name = 'bare' AND column_name = 'id')
    THEN
        INSERT INTO public.bare (x) VALUES ('c');
        ASSERT (SELECT max(id) FROM public.bare) = 8, 'a counter that is new begins behind the rows';
    END IF;
END
$$;
