-- Removes the gate in the transaction that has made it. Until that transaction is over nobody else can make one.
-- ? the lock
DELETE FROM {table} WHERE lock_name = ? AND part = 2
