-- Reserves a lock that nobody has for the head of its queue, and wakes it.
-- :name the row   :reservation microseconds   :channel prefix of the nodes' channels
UPDATE {table}
   SET owner = '~' || waiters[1],
       expires_at = clock_timestamp() + :reservation * interval '1 microsecond',
       waiters = waiters[2:]
 WHERE name = :name AND expires_at <= clock_timestamp() AND waiters <> '{}'
RETURNING pg_notify(:channel || split_part(substr(owner, 2), ':', 1), split_part(owner, ':', 2))
