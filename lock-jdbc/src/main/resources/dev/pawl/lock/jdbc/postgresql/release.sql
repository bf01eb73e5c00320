-- Releases a lock if its owner has it, and reserves it for the head of its queue, which is woken. The commit does not wait for
-- the disk: a release that is lost waits out its lease, no more.
-- :name the row   :owner who has it   :reservation microseconds   :channel prefix of the nodes' channels
-- returns a row if the owner had it
WITH released AS (
  UPDATE {table}
     SET owner = CASE WHEN waiters = '{}' THEN '' ELSE '~' || waiters[1] END,
         expires_at = CASE WHEN waiters = '{}' THEN timestamptz 'epoch'
                           ELSE clock_timestamp() + :reservation * interval '1 microsecond' END,
         waiters = waiters[2:]
   WHERE name = :name AND owner = :owner
  RETURNING substr(owner, 2) AS head
)
SELECT set_config('synchronous_commit', 'off', true),
       CASE WHEN head <> '' THEN pg_notify(:channel || split_part(head, ':', 1), split_part(head, ':', 2)) END
  FROM released
