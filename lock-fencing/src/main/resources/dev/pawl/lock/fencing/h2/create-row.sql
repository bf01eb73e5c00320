-- Fails if the row is there; waits for another transaction that makes it.
-- ? the lock   ? the token
INSERT INTO {table} (lock_name, token) VALUES (?, ?)
