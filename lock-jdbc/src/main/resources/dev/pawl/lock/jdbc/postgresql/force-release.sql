-- Frees a lock at once if its last token is the one that was seen. The token goes up, so that a guard refuses the old ones.
-- It is reserved for the head of its queue, which is woken.
-- :name the row   :seen the token   :reservation microseconds   :channel prefix of the nodes' channels   :wait as in acquire
-- returns a row if it was freed
UPDATE {table}
   SET owner = CASE WHEN waiters = '{}' THEN '' ELSE '~' || waiters[1] END,
       previous = token,
       token = token + 1,
       expires_at = CASE WHEN waiters = '{}' THEN timestamptz 'epoch'
                         ELSE clock_timestamp() + :reservation * interval '1 microsecond' END,
       waiters = waiters[2:]
 WHERE name = :name AND token = :seen AND owner <> '' AND owner NOT LIKE '~%' AND expires_at > clock_timestamp()
   AND set_config('lock_timeout', :wait, true) IS NOT NULL
RETURNING CASE WHEN owner <> ''
               THEN pg_notify(:channel || split_part(substr(owner, 2), ':', 1), split_part(owner, ':', 2)) END
