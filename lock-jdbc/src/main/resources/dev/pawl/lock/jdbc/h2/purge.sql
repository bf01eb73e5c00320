-- Removes rows that nobody has had for long. A row that comes back has a larger token: its clock has gone on.
-- :idle microseconds
DELETE FROM {table}
 WHERE token < datediff(MICROSECOND, timestamp with time zone '1970-01-01 00:00:00+00', current_timestamp(6)) - :idle
   AND expires_at < current_timestamp(6)
