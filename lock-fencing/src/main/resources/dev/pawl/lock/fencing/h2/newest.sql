-- The newest token that has entered. Locks the row: another read would show it as of the transaction's first one.
-- ? the lock
SELECT token FROM {table} WHERE lock_name = ? AND part = 0 FOR UPDATE
