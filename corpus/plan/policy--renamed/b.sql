CREATE TABLE public.t2 (id integer PRIMARY KEY, owner text, m integer); ALTER TABLE public.t2 ENABLE ROW LEVEL SECURITY;
CREATE POLICY "P2" ON public.t2 USING (m > 0); CREATE POLICY keeps ON public.t2 FOR SELECT USING (owner = 'n');
