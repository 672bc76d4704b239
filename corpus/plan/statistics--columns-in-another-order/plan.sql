ALTER TABLE public.t RENAME COLUMN a TO z;
DROP STATISTICS public.s;
ALTER TABLE public.t DROP COLUMN goes;
ALTER TABLE public.t ADD COLUMN comes integer;
CREATE STATISTICS public.s (mcv) ON b, comes, (b + z) FROM public.t;
