-- Tries for several locks at once, locked in the order of their names. What is free, or ours since an answer was lost, is judged
-- on the locked rows.
-- :names the rows, sorted   :owners who asks for each   :count how many   :lease microseconds
-- :holder what their client calls itself
-- :wait the longest wait for a row that others have locked, in milliseconds
-- returns name, last token, last token before, for all; no row if one of them is missing, held or waited for
WITH free AS (
  SELECT name FROM {table}
   WHERE name = ANY (:names)
     AND (expires_at <= clock_timestamp() AND waiters = '{}' OR expires_at > clock_timestamp() AND owner = ANY (:owners))
     AND set_config('lock_timeout', :wait, true) IS NOT NULL
   ORDER BY name FOR NO KEY UPDATE
)
UPDATE {table} AS lock
   SET owner = wanted.owner,
       previous = token,
       token = greatest(token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint),
       expires_at = clock_timestamp() + :lease * interval '1 microsecond',
       lease_micros = :lease,
       holder = :holder,
       granted_at = clock_timestamp()
  FROM unnest(CAST(:names AS text[]), CAST(:owners AS text[])) AS wanted (name, owner)
 WHERE lock.name = wanted.name AND (SELECT count(*) FROM free) = :count
RETURNING lock.name, lock.token, lock.previous
