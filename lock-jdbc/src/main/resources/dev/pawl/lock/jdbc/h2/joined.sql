-- Locks the row until the caller's transaction ends, and raises its token. Waits for another transaction that has locked it for
-- as long as the session's lock timeout.
-- The clock is that of the statement: current_timestamp stays where the transaction first asked for it, which may be before a
-- holder whose token was undone.
-- :name the row
-- returns the new token; no row if a holder in lease mode has the lock, or it has no row yet
SELECT token
  FROM FINAL TABLE (
    UPDATE {table}
       SET previous = token,
           token = greatest(token + 1, CAST(extract(EPOCH FROM (SELECT executing_statement_start FROM information_schema.sessions WHERE session_id = session_id())) * 1000000 AS bigint))
     WHERE name = :name AND expires_at <= (SELECT executing_statement_start FROM information_schema.sessions WHERE session_id = session_id()))
