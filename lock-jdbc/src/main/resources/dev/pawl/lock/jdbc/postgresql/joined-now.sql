-- Locks the row until the caller's transaction ends, and raises its token, unless another has it locked; makes it if there is none.
-- One statement without a savepoint: what is locked inside of one takes a transaction id of its own, and PostgreSQL keeps 64 of them
-- at hand. It fails, which ends the transaction, where the snapshot is older than the row: so would every other try in that transaction.
-- An insert would wait for another that makes the same row. So whoever makes it in a transaction has an advisory lock, and who
-- does not get that does not try; its token is read from the clock after that. Two names with the same hash only wait in joined.sql.
-- :name the row   :creation class of the advisory locks
-- returns the new token; no row if the lock is held, or is being made
WITH free AS (
  SELECT name FROM {table}
   WHERE name = :name AND expires_at <= clock_timestamp()
     FOR NO KEY UPDATE SKIP LOCKED
), updated AS (
  UPDATE {table} AS lock
     SET previous = token, token = greatest(token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
    FROM free
   WHERE lock.name = free.name
  RETURNING token
), created AS (
  INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros)
  SELECT :name, '', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0, 'epoch', 0
   WHERE CASE WHEN EXISTS (SELECT FROM {table} WHERE name = :name) THEN false
              ELSE pg_try_advisory_xact_lock(CAST(:creation AS int), hashtext(:name)) END
  ON CONFLICT (name) DO NOTHING
  RETURNING token
)
SELECT token FROM updated
UNION ALL
SELECT token FROM created
