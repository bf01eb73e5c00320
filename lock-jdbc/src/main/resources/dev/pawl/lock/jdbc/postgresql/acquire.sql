-- Tries for a lock once, for its owner: who has it already gets the rest of its tokens anew. Busy: writes nothing.
-- The update comes first and looks at the row again after it has waited for it. Its clock may then be as old as the wait: that
-- is safe, since the lease still began after the request was sent, and the token is more than the last in any case.
-- :name the row   :owner who asks   :holder what its client calls itself   :member "<node>:<owner>"   :lease microseconds
-- :wait the longest wait for a row that others have locked, in milliseconds; it is set before the row is, as each is to be looked at
-- returns granted, last token, last token before, microseconds left to the holder, whether anybody waits, whether this one does;
--   no row if another came in between
WITH updated AS (
  UPDATE {table}
     SET owner = :owner,
         previous = token,
         token = greatest(token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint),
         expires_at = clock_timestamp() + :lease * interval '1 microsecond',
         lease_micros = :lease,
         holder = :holder,
         granted_at = clock_timestamp(),
         waiters = array_remove(waiters, CAST(:member AS text))
   WHERE name = :name
     AND CASE WHEN expires_at > clock_timestamp() THEN owner IN (:owner, '~' || :member)
              ELSE waiters = '{}' OR waiters[1] = :member OR owner = '~' || :member END
     AND set_config('lock_timeout', :wait, true) IS NOT NULL
  RETURNING token, previous
), created AS (
  INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros, holder, granted_at)
  SELECT :name, :owner, micros, micros - 1, clock_timestamp() + :lease * interval '1 microsecond', :lease, :holder, clock_timestamp()
    FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros) AS clock
   WHERE NOT EXISTS (SELECT FROM {table} WHERE name = :name)
     AND set_config('lock_timeout', :wait, true) IS NOT NULL
  ON CONFLICT (name) DO NOTHING
  RETURNING token, previous
)
SELECT true, token, previous, 0, false, false FROM updated
UNION ALL
SELECT true, token, previous, 0, false, false FROM created
UNION ALL
SELECT false, token, previous, (extract(epoch FROM expires_at - clock_timestamp()) * 1000000)::bigint, waiters <> '{}',
       :member = ANY (waiters || substr(owner, 2))
  FROM {table}
 WHERE name = :name AND NOT EXISTS (SELECT FROM updated)
