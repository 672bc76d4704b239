CREATE TABLE public.t (id integer PRIMARY KEY, owner text, n integer); ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION public.me(a integer) RETURNS text LANGUAGE sql STABLE AS 'SELECT current_user::text';
CREATE TABLE public.u (id integer, owner text); ALTER TABLE public.u ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON public.t USING (owner = public.me(n));
CREATE POLICY uses_u ON public.t FOR SELECT USING (EXISTS (SELECT FROM public.u WHERE u.id = t.id));
CREATE POLICY uses_t ON public.u FOR SELECT USING (EXISTS (SELECT FROM public.t WHERE u.id = t.id));
