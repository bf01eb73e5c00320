-- Lets a token in, unless a newer one is: raises the row, and keeps it locked until the transaction ends.
-- ? the lock   ? the token
INSERT INTO {table} (lock_name, token) VALUES (?, ?)
ON DUPLICATE KEY UPDATE token = greatest(token, VALUES(token))
