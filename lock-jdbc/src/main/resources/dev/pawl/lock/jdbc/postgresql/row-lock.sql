-- Locks the row until the transaction ends, unless it is locked, and raises its token.
-- The transaction ends, and with it the session, after a silence of so long: a holder that is stopped, or cut off from here,
-- would keep the row for ever.
-- :name the row   :silence milliseconds
-- returns free, the new token, the last, microseconds left to a holder in lease mode, false; no row if it is locked or missing
WITH free AS (
  SELECT name FROM {table} WHERE name = :name AND expires_at <= clock_timestamp() FOR NO KEY UPDATE SKIP LOCKED
), updated AS (
  UPDATE {table} AS lock
     SET previous = token, token = greatest(token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
    FROM free
   WHERE lock.name = free.name
  RETURNING token, previous
)
SELECT true, token, previous, 0, false, false, set_config('idle_in_transaction_session_timeout', :silence, true) FROM updated
UNION ALL
SELECT false, token, previous, (extract(epoch FROM expires_at - clock_timestamp()) * 1000000)::bigint, false, false, NULL
  FROM {table}
 WHERE name = :name AND NOT EXISTS (SELECT FROM updated) AND expires_at > clock_timestamp()
