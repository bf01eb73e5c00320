-- Adds what a lock table of an older version lacks. Clients of that version go on as before: nothing has to be in these columns.
ALTER TABLE {table} ADD COLUMN holder varchar(128) CHARACTER SET utf8mb4, ADD COLUMN granted_at datetime(6)
