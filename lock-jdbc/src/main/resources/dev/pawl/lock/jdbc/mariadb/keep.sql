-- Sets how long the lock is kept from now on, and by whom, if its owner has it.
-- Waits a second for a row that others have locked, however long its session would.
-- :name the row   :owner who has it   :then who has it from now on: the same, or "=" and the owner, which is nobody's id
-- :rest microseconds
SET STATEMENT innodb_lock_wait_timeout = 1 FOR
UPDATE {table} SET owner = :then, expires_at = utc_timestamp(6) + INTERVAL :rest MICROSECOND WHERE name = :name AND owner = :owner
