-- Ends a session of this user that was there before a time, if it still is. A role may not end its login's sessions, so that a pool's
-- SET ROLE is undone for the moment. Of a session whose start this user may not see, the end is asked for too: that is refused, and
-- not taken for its end.
-- :session its process id   :age microseconds: a younger one has only the same number
-- returns, behind the first answer, a row if it was still there
SELECT set_config('role', 'none', true);
SELECT pg_terminate_backend(pid)
  FROM pg_stat_activity
 WHERE pid = :session AND pid <> pg_backend_pid()
   AND coalesce(backend_start < clock_timestamp() - :age * interval '1 microsecond', true)
