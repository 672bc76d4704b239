CREATE FUNCTION public.et2() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER "E2" ON ddl_command_end EXECUTE FUNCTION public.et2();
