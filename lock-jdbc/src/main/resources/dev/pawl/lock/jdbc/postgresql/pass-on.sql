-- Reserves a lock that nobody has for the first in its queue who is alive, and wakes it. Those before it and behind it who are not
-- lose their places: each would cost the others the time of a reservation. A client is alive while it listens, which it shows by an
-- advisory lock of its session.
-- :name the row   :member "<node>:<owner>" of who asks, who is   :presence class of the advisory locks
-- :reservation microseconds   :channel prefix of the nodes' channels   :wait as in acquire
-- returns whether it is reserved; no row if another came in between
UPDATE {table} AS lock
   SET (owner, expires_at, waiters) = (
         SELECT CASE WHEN living = '{}' THEN '' ELSE '~' || living[1] END,
                CASE WHEN living = '{}' THEN timestamptz 'epoch'
                     ELSE clock_timestamp() + :reservation * interval '1 microsecond' END,
                living[2:]
           FROM (SELECT ARRAY (
                   SELECT member
                     FROM unnest(lock.waiters) WITH ORDINALITY AS queue (member, place)
                    WHERE member = :member OR CAST(hashtext(split_part(member, ':', 1)) AS oid) = ANY (ARRAY (
                            SELECT objid FROM pg_locks
                             WHERE locktype = 'advisory' AND classid = CAST(:presence AS oid) AND objsubid = 2
                               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))
                    ORDER BY place) AS living) AS alive)
 WHERE name = :name AND expires_at <= clock_timestamp() AND waiters <> '{}'
   AND set_config('lock_timeout', :wait, true) IS NOT NULL
RETURNING owner <> '',
          CASE WHEN owner <> ''
               THEN pg_notify(:channel || split_part(substr(owner, 2), ':', 1), split_part(owner, ':', 2)) END
