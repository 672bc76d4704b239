CREATE SCHEMA app; CREATE TABLE public.t (id integer PRIMARY KEY, n integer); CREATE TABLE public.log (id integer, what text);
CREATE RULE r AS ON INSERT TO public.t DO ALSO INSERT INTO public.log (id, what) VALUES (new.n, 'new');
