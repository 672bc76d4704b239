CREATE TABLE public.t (id integer PRIMARY KEY, n integer); CREATE TABLE public.log (id integer, what text);
CREATE VIEW public.v AS SELECT id FROM public.t;
CREATE RULE r AS ON INSERT TO public.v DO INSTEAD INSERT INTO public.t (id, n) VALUES (new.id, 1);
CREATE RULE s AS ON UPDATE TO public.log WHERE old.id > 0 DO ALSO DELETE FROM public.t WHERE n = new.id;
