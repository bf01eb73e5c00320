-- Waits for the writers before: asleep, which one that waits at the gate is not.
-- ? the lock
SELECT token FROM {table} WHERE lock_name = ? AND part = 1 FOR UPDATE
