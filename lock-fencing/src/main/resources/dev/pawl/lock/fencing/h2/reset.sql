-- ? the lock   ? the least token that is admitted from now on
MERGE INTO {table} (lock_name, token) KEY (lock_name) VALUES (?, ?)
