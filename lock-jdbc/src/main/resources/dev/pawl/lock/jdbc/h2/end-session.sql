-- Ends a session that was there before a time, if it still is.
-- :session its id   :age microseconds: a younger one has only the same number
-- returns a row if it was still there
SELECT abort_session(session_id)
  FROM information_schema.sessions
 WHERE session_id = :session AND session_id <> session_id() AND session_start < dateadd(MICROSECOND, -:age, current_timestamp(6))
