-- What a commit outlives.
-- returns whether there is a file, and for how many milliseconds a commit may wait to be written to it
SELECT database_path() IS NOT NULL,
       (SELECT max(CAST(setting_value AS bigint)) FROM information_schema.settings WHERE setting_name = 'WRITE_DELAY')
