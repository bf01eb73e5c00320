-- Waits for whoever has locked the row, and locks it then until the caller's transaction ends. InnoDB looks for a deadlock when such a
-- wait begins. Waits as long as the session's innodb_lock_wait_timeout.
-- :name the row
-- returns whether it is free, as joined.sql does; no row if there is none. An error if it is still locked
SELECT expires_at <= utc_timestamp(6) FROM {table} WHERE name = :name FOR UPDATE
