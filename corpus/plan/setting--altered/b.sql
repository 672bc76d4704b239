DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''6MB''', current_database()); END $$;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = ''''', current_database()); END $$;
