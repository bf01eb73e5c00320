-- Locks the row until the caller's transaction ends; makes it if there is none. Does not wait: an error if it is locked. What it
-- knows of the time is from before it had the row, so that the token is raised in a statement of its own.
-- :name the row
-- returns whether it is free; if a holder in lease mode has the lock, the row stays locked all the same
SET STATEMENT innodb_lock_wait_timeout = 0 FOR
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros)
VALUES (:name, '', 0, 0, '1970-01-01', 0)
ON DUPLICATE KEY UPDATE name = VALUES(name)
RETURNING expires_at <= utc_timestamp(6)
