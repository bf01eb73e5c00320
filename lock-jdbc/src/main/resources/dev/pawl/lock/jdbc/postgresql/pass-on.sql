-- Reserves a lock that nobody has for the head of its queue, and wakes it.
-- :name the row   :reservation microseconds   :channel prefix of the nodes' channels
WITH passed AS (
  UPDATE {table}
     SET owner = '~' || waiters[1],
         expires_at = clock_timestamp() + :reservation * interval '1 microsecond',
         waiters = waiters[2:]
   WHERE name = :name AND expires_at <= clock_timestamp() AND waiters <> '{}'
  RETURNING substr(owner, 2) AS head
)
SELECT pg_notify(:channel || split_part(head, ':', 1), split_part(head, ':', 2)) FROM passed
