CREATE SCHEMA app; CREATE TABLE app.t (id integer PRIMARY KEY, m integer); CREATE TABLE public.log2 (id integer, what text);
CREATE RULE r AS ON INSERT TO app.t DO ALSO INSERT INTO public.log2 (id, what) VALUES (new.m, 'new');
