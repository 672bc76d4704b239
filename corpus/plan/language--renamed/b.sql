CREATE LANGUAGE b HANDLER plpgsql_call_handler;
CREATE TRANSFORM FOR int LANGUAGE b (FROM SQL WITH FUNCTION prsd_lextype(internal));
