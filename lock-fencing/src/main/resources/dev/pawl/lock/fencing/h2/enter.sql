-- Lets a token in, unless a newer one is: raises the row, and keeps it locked until the transaction ends. A transaction that has to
-- wait for the row looks at it again.
-- ? the token   ? the lock   ? the token
UPDATE {table} SET token = ? WHERE lock_name = ? AND token <= ?
