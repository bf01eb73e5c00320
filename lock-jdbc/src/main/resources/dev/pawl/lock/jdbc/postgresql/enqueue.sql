-- Puts a waiter into the queue of a lock that is held, or that others wait for. Nothing if it may have the lock, or waits.
-- :name the row   :member "<node>:<owner>"   :wait as in acquire
UPDATE {table}
   SET waiters = waiters || CAST(:member AS text)
 WHERE name = :name
   AND (expires_at > clock_timestamp() OR waiters <> '{}')
   AND :member <> ALL (waiters || substr(owner, 2))
   AND set_config('lock_timeout', :wait, true) IS NOT NULL
