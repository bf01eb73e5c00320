-- The same as joined-now.sql, with a wait for another transaction that has locked the row, for as long as :timeout says; the caller's
-- own lock_timeout is as it was afterwards. An error, and an empty answer, want a rollback to the savepoint: it gives back the row,
-- too.
-- :timeout milliseconds, 0 for ever   :name the row   :creation class of the advisory locks
-- A row that is new gets its token in a statement of its own: the insert may have waited for another that was undone, and what it
-- had read of the clock before would lie before that one's token.
-- returns 0 for a new row; then the new token; no row if a holder in lease mode has the lock
SAVEPOINT pawl_joined;
SELECT set_config('pawl.lock_timeout', current_setting('lock_timeout'), true),
       set_config('lock_timeout', CAST(:timeout AS text), true);
SELECT CASE WHEN NOT EXISTS (SELECT FROM {table} WHERE name = :name)
            THEN pg_advisory_xact_lock(CAST(:creation AS int), hashtext(:name)) END;
INSERT INTO {table} AS lock (name, owner, token, previous, expires_at, lease_micros)
VALUES (:name, '', 0, 0, 'epoch', 0)
ON CONFLICT (name) DO UPDATE
   SET previous = lock.token, token = greatest(lock.token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
 WHERE lock.expires_at <= clock_timestamp()
RETURNING token;
UPDATE {table}
   SET token = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
 WHERE name = :name AND token = 0
RETURNING token;
SELECT set_config('lock_timeout', current_setting('pawl.lock_timeout'), true)
