-- Takes back all that a contest has at a lock: its place in the queue, a reservation, a hold that nobody knows of.
-- :name the row   :owner who leaves   :member "<node>:<owner>"   :reservation microseconds
-- :channel prefix of the nodes' channels   :wait as in acquire
UPDATE {table}
   SET owner = CASE WHEN owner NOT IN (:owner, '!' || :owner, '~' || :member) THEN owner
                    WHEN array_remove(waiters, CAST(:member AS text)) = '{}' THEN ''
                    ELSE '~' || (array_remove(waiters, CAST(:member AS text)))[1] END,
       expires_at = CASE WHEN owner NOT IN (:owner, '!' || :owner, '~' || :member) THEN expires_at
                         WHEN array_remove(waiters, CAST(:member AS text)) = '{}' THEN timestamptz 'epoch'
                         ELSE clock_timestamp() + :reservation * interval '1 microsecond' END,
       waiters = CASE WHEN owner NOT IN (:owner, '!' || :owner, '~' || :member) THEN array_remove(waiters, CAST(:member AS text))
                      ELSE (array_remove(waiters, CAST(:member AS text)))[2:] END
 WHERE name = :name AND (owner IN (:owner, '!' || :owner, '~' || :member) OR :member = ANY (waiters))
   AND set_config('lock_timeout', :wait, true) IS NOT NULL
RETURNING CASE WHEN owner LIKE '~%'
               THEN pg_notify(:channel || split_part(substr(owner, 2), ':', 1), split_part(owner, ':', 2)) END
