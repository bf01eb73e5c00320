-- Behind the gate, where nobody else is.
-- ? the lock   ? the least token that is admitted from now on
MERGE INTO {table} (lock_name, part, token) KEY (lock_name, part) VALUES (?, 0, ?)
