-- Locks the row of a semaphore or a reader-writer lock until the transaction ends.
-- Waits a second for a row that others have locked, however long its session would.
-- :name the row
-- returns the last token, microseconds since 1970 by the database's clock; no row if it is missing
SET STATEMENT innodb_lock_wait_timeout = 1 FOR
SELECT token, {now} FROM {table} WHERE name = :name FOR UPDATE
