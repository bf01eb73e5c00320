-- Gives a hold more tokens, if its owner has it and nobody waits. They belong to the same grant, so the last token of the grant
-- before stays what it is: JdbcLockGuard tells by it whose a token is.
-- :name the row   :owner who has it   :wait as in acquire
-- returns last token, last token before
WITH held AS (
  SELECT name, token FROM {table}
   WHERE name = :name AND owner = :owner AND expires_at > clock_timestamp() AND waiters = '{}'
     AND set_config('lock_timeout', :wait, true) IS NOT NULL
     FOR NO KEY UPDATE
)
UPDATE {table} AS lock
   SET token = greatest(lock.token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
  FROM held
 WHERE lock.name = held.name
RETURNING lock.token, held.token
