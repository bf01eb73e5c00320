-- :table its name   :schema its schema, or empty for the current one
-- returns the columns of the lock table; no row if there is none
SELECT column_name FROM information_schema.columns
 WHERE lower(table_name) = lower(:table)
   AND lower(table_schema) = lower(CASE WHEN CAST(:schema AS varchar) = '' THEN current_schema ELSE :schema END)
   AND NOT (column_name = 'NAME' AND data_type <> 'CHARACTER VARYING')
