-- Locks the row until the transaction ends, unless it is locked, and raises its token.
-- :name the row
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
SELECT true, token, previous, 0, false FROM updated
UNION ALL
SELECT false, token, previous, (extract(epoch FROM expires_at - clock_timestamp()) * 1000000)::bigint, false
  FROM {table}
 WHERE name = :name AND NOT EXISTS (SELECT FROM updated) AND expires_at > clock_timestamp()
