-- Removes rows that nobody has had for long. A row that comes back has a larger token: its clock has gone on.
-- :idle microseconds
DELETE FROM {table}
 WHERE token < CAST(extract(EPOCH FROM current_timestamp(6)) * 1000000 AS bigint) - :idle
   AND expires_at < current_timestamp(6)
