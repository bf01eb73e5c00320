-- Locks the row until the caller's transaction ends. Does not wait: an error if it is locked, or is being made. What it knows of the
-- time is from before it had the row, so that the token is raised in a statement of its own.
-- :name the row
-- returns whether it is free; if a holder in lease mode has the lock, the row stays locked all the same. No row if there is none
SELECT expires_at <= utc_timestamp(6) FROM {table} WHERE name = :name FOR UPDATE NOWAIT
