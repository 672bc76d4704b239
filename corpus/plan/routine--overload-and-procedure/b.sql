CREATE FUNCTION public.f(a text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'x' $$;
CREATE PROCEDURE public.p(INOUT x integer) LANGUAGE plpgsql AS $$ BEGIN x := 1; END $$; REVOKE ALL ON PROCEDURE public.p(integer) FROM PUBLIC;
