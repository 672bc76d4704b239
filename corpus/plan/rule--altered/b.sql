CREATE TABLE public.t (id integer PRIMARY KEY, n integer); CREATE TABLE public.log (id integer, what text);
CREATE RULE r AS ON INSERT TO public.t DO ALSO (INSERT INTO public.log (id, what) VALUES (new.id, 'new;'); NOTIFY "Made";);
ALTER TABLE public.t DISABLE RULE r; COMMENT ON RULE r ON public.t IS 'r';
CREATE RULE "Made" AS ON UPDATE TO public.log WHERE new.id > 0 DO INSTEAD NOTHING; ALTER TABLE public.log ENABLE ALWAYS RULE "Made";
