-- Waits for the transactions before: asleep, which one that waits at the gate is not.
-- :id the row of the queue
-- returns a row if it is there
SELECT token FROM {table} WHERE _ROWID_ = :id FOR UPDATE
