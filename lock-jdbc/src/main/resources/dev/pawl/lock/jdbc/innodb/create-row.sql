-- Makes the row of a lock that nobody has had yet, without a grant. It counts as used from now on: a purge would take it before its
-- first holder has it.
-- :name the row
INSERT IGNORE INTO {table} (name, owner, token, previous, expires_at, lease_micros)
VALUES (:name, '', timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)), 0, '1970-01-01', 0)
