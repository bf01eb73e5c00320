-- ? the lock   ? the least token that is admitted from now on
INSERT INTO {table} (lock_name, token) VALUES (?, ?)
ON CONFLICT (lock_name) DO UPDATE SET token = EXCLUDED.token
