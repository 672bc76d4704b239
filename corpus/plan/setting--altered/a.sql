DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database()); END $$;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = "$user", public, "Odd, one"', current_database()); END $$;
DO $$ BEGIN EXECUTE format('ALTER ROLE postgres IN DATABASE %I SET "app.Name" = ''it''''s 5%% \''', current_database()); END $$;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.gone = ''''', current_database()); END $$;
