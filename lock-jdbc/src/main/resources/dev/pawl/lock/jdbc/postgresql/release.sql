-- Releases a lock if its owner has it, revoked or not, and reserves it for the head of its queue, which is woken. The commit does not wait for
-- the disk: a release that is lost waits out its lease, no more. One plain update: a WITH around it costs 12 microseconds.
-- :name the row   :owner who has it   :reservation microseconds   :channel prefix of the nodes' channels
-- :wait as in acquire
-- returns a row if the owner had it
UPDATE {table}
   SET owner = CASE WHEN waiters = '{}' THEN '' ELSE '~' || waiters[1] END,
       expires_at = CASE WHEN waiters = '{}' THEN timestamptz 'epoch'
                         ELSE clock_timestamp() + :reservation * interval '1 microsecond' END,
       waiters = waiters[2:]
 WHERE name = :name AND owner IN (:owner, '!' || :owner) AND set_config('lock_timeout', :wait, true) IS NOT NULL
RETURNING set_config('synchronous_commit', 'off', true),
          CASE WHEN owner <> ''
               THEN pg_notify(:channel || split_part(substr(owner, 2), ':', 1), split_part(owner, ':', 2)) END
