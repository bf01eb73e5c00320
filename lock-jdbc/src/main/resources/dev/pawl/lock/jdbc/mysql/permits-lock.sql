-- Locks the row of a semaphore or a reader-writer lock until the transaction ends.
-- :name the row
-- returns the last token, microseconds since 1970 by the database's clock; no row if it is missing
SELECT token, {now} FROM {table} WHERE name = :name FOR UPDATE
