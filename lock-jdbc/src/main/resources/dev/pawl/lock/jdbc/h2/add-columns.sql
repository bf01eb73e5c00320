-- Adds what a lock table of an older version lacks. Clients of that version go on as before: nothing has to be in these columns.
ALTER TABLE {table} ADD (holder varchar(128), granted_at timestamp(6) with time zone)
