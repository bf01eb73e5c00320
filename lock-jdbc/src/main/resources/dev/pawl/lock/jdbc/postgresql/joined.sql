-- Locks the row until the caller's transaction ends, and raises its token, in one round trip. Waits for another transaction
-- that has locked it for as long as :timeout says; the caller's own lock_timeout is as it was afterwards. An error, and an
-- empty answer, want a rollback to the savepoint: it gives back the row, too.
-- :timeout milliseconds, 0 for ever   :name the row
-- returns the new token; no row if a holder in lease mode has the lock
SAVEPOINT pawl_joined;
SELECT set_config('pawl.lock_timeout', current_setting('lock_timeout'), true),
       set_config('lock_timeout', CAST(:timeout AS text), true);
INSERT INTO {table} AS lock (name, owner, token, previous, expires_at, lease_micros)
SELECT :name, '', micros, micros - 1, 'epoch', 0
  FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros) AS clock
ON CONFLICT (name) DO UPDATE
   SET previous = lock.token, token = greatest(lock.token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
 WHERE lock.expires_at <= clock_timestamp()
RETURNING token;
SELECT set_config('lock_timeout', current_setting('pawl.lock_timeout'), true)
