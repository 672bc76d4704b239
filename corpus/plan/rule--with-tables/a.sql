CREATE TABLE public.a (x integer); CREATE TABLE public.b (x integer);
CREATE RULE a AS ON INSERT TO public.a DO ALSO DELETE FROM public.b; CREATE RULE b AS ON DELETE TO public.b DO ALSO DELETE FROM public.a;
ALTER TABLE public.a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON public.a USING (x IN (SELECT b.x FROM public.b));
CREATE POLICY p ON public.b USING (x IN (SELECT a.x FROM public.a));
CREATE STATISTICS public.a (ndistinct) ON x, (x + 1) FROM public.a;
