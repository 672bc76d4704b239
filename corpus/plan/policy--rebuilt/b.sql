CREATE TABLE public.t (id integer PRIMARY KEY, owner text, n bigint); ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION public.me(b bigint) RETURNS name LANGUAGE sql STABLE AS 'SELECT current_user';
CREATE POLICY p ON public.t USING (owner = public.me(n));
