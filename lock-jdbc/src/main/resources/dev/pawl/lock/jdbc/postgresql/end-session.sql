-- Ends a session of this user that was there before a time, if it still is.
-- :session its process id   :age microseconds: a younger one has only the same number
-- returns a row if it was still there
SELECT pg_terminate_backend(pid)
  FROM pg_stat_activity
 WHERE pid = :session AND pid <> pg_backend_pid() AND usename = current_user
   AND backend_start < clock_timestamp() - :age * interval '1 microsecond'
