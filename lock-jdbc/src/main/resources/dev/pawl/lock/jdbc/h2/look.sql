-- Who has the locks, and for how long.
-- :names the rows
-- returns name, owner, microseconds left
SELECT name, owner, datediff(MICROSECOND, current_timestamp(6), expires_at) FROM {table} WHERE name = ANY (:names)
