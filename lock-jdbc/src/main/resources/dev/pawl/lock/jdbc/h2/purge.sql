-- Names of rows that nobody has had for long. Locks nothing.
-- :idle microseconds
-- returns names
SELECT name FROM {table}
 WHERE token < CAST(extract(EPOCH FROM current_timestamp(6)) * 1000000 AS bigint) - :idle
   AND expires_at < current_timestamp(6)
 LIMIT 1000
