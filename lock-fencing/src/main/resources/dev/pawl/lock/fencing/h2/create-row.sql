-- Fails if the row is there; waits for another transaction that makes it, or has made and removed it.
-- ? the lock   ? the part   ? the token
INSERT INTO {table} (lock_name, part, token) VALUES (?, ?, ?)
