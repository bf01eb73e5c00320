-- Names of rows that nobody has had for long. Locks nothing.
-- :idle microseconds
-- returns names
SELECT name FROM {table}
 WHERE token < timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) - :idle AND expires_at < utc_timestamp(6)
 LIMIT 1000
