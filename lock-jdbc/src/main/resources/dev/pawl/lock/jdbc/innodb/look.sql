-- Who has the locks, and for how long.
-- :names the rows
-- returns name, owner, microseconds left
SELECT name, owner, timestampdiff(MICROSECOND, utc_timestamp(6), expires_at) FROM {table} WHERE name IN (:names)
