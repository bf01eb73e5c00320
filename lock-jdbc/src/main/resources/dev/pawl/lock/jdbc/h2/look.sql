-- Who has the locks, and for how long.
-- :names the rows
-- returns name, owner, microseconds left
SELECT name, owner, CAST((extract(EPOCH FROM expires_at) - extract(EPOCH FROM current_timestamp(6))) * 1000000 AS bigint) FROM {table} WHERE name = ANY (:names)
