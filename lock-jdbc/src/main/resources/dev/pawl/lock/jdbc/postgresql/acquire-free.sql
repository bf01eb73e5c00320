-- Takes a lock whose row is there, that nobody has and nobody waits for. It is acquire without what costs that one most: the row that may have
-- to be made, and the answer to who is not granted.
-- :name the row   :owner who asks   :holder what its client calls itself   :lease microseconds   :wait as in acquire
-- returns last token, last token before; no row if acquire has to be asked
UPDATE {table}
   SET owner = :owner,
       previous = token,
       token = greatest(token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint),
       expires_at = clock_timestamp() + :lease * interval '1 microsecond',
       lease_micros = :lease,
       holder = :holder,
       granted_at = clock_timestamp()
 WHERE name = :name AND expires_at <= clock_timestamp() AND waiters = '{}'
   AND set_config('lock_timeout', :wait, true) IS NOT NULL
RETURNING token, previous
