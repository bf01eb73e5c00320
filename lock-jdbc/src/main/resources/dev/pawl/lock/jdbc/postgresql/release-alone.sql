-- Releases a lock for which nobody waits, if its owner has it. It is release without what serves those who wait.
-- :name the row   :owner who has it   :wait as in acquire
-- changes no row if release has to be asked
UPDATE {table}
   SET owner = '', expires_at = timestamptz 'epoch'
 WHERE name = :name AND owner = :owner AND waiters = '{}'
   AND set_config('lock_timeout', :wait, true) IS NOT NULL
   AND set_config('synchronous_commit', 'off', true) IS NOT NULL
