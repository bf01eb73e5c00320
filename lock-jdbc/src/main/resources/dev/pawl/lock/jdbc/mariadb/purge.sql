-- Removes rows that nobody has had for long. A row that comes back has a larger token: its clock has gone on.
-- :idle microseconds
DELETE FROM {table}
 WHERE token < timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) - :idle AND expires_at < utc_timestamp(6)
 LIMIT 1000
