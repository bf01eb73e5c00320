-- Lets a token in, unless a newer one is: raises the row. Behind the gate, where nobody else is.
-- ? the token   ? the lock   ? the token
UPDATE {table} SET token = ? WHERE lock_name = ? AND part = 0 AND token <= ?
