GRANT USAGE ON SCHEMA public, "odd ""one""" TO kit_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public, "odd ""one""" TO kit_reader;
