-- Removes a row that nobody has had for long. One that comes back has a larger token: its clock has gone on.
-- :name the row   :idle microseconds
DELETE FROM {table}
 WHERE name = :name
   AND token < CAST(extract(EPOCH FROM current_timestamp(6)) * 1000000 AS bigint) - :idle
   AND expires_at < current_timestamp(6)
