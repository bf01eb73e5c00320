-- :table its name   :schema its database, or empty for the current one
-- returns the columns of the lock table; no row if there is none
SELECT column_name FROM information_schema.columns
 WHERE lower(table_name) = lower(:table) AND table_schema = if(:schema = '', database(), :schema)
