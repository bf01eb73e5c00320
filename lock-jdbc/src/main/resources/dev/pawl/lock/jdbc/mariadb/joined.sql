-- Locks the row until the caller's transaction ends, and raises its token. Does not wait: an error if it is locked.
-- :name the row
-- returns the new token; 0 if a holder in lease mode has the lock, whose row stays locked all the same
SET STATEMENT innodb_lock_wait_timeout = 0 FOR
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros)
VALUES (:name, '',
        timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)),
        timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) - 1,
        '1970-01-01', 0)
ON DUPLICATE KEY UPDATE
  previous = if(expires_at <= utc_timestamp(6), token, previous),
  token = if(expires_at <= utc_timestamp(6),
             greatest(token + 1, timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6))), token)
RETURNING if(expires_at <= utc_timestamp(6), token, 0)
