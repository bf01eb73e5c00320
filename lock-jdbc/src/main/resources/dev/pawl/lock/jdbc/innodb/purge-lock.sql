-- Locks a row that nobody has had for long, unless it is locked.
-- :name the row   :idle microseconds
-- returns its name; no row if it is locked, or was used meanwhile
SELECT name FROM {table}
 WHERE name = :name
   AND token < timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) - :idle AND expires_at < utc_timestamp(6)
   FOR UPDATE SKIP LOCKED
