-- ? the lock   ? the least token that is admitted from now on
INSERT INTO {table} (lock_name, token) VALUES (?, ?)
ON DUPLICATE KEY UPDATE token = VALUES(token)
