CREATE LANGUAGE a HANDLER plpgsql_call_handler;
CREATE TRANSFORM FOR int LANGUAGE a (FROM SQL WITH FUNCTION prsd_lextype(internal));
