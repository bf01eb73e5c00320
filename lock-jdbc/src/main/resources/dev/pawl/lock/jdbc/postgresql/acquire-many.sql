-- Takes those of several locks that have a row, that nobody has and nobody waits for; each for an owner of its own. Rows are locked in the order
-- of their names, and one that another session has locked is left out: the others would wait with it.
-- :names the rows, sorted   :owners who asks for each   :holders what its client calls itself   :leases microseconds for each
-- returns owner, last token, last token before, of those taken; acquire has to be asked for the others
WITH free AS (
  SELECT lock.name, wanted.owner, wanted.holder, wanted.lease
    FROM unnest(CAST(:names AS text[]), CAST(:owners AS text[]), CAST(:holders AS text[]),
                CAST(CAST(:leases AS text[]) AS bigint[])) AS wanted (name, owner, holder, lease)
    JOIN {table} AS lock ON lock.name = wanted.name
   WHERE lock.expires_at <= clock_timestamp() AND lock.waiters = '{}'
   ORDER BY lock.name FOR NO KEY UPDATE OF lock SKIP LOCKED
)
UPDATE {table} AS lock
   SET owner = free.owner,
       previous = token,
       token = greatest(token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint),
       expires_at = clock_timestamp() + free.lease * interval '1 microsecond',
       lease_micros = free.lease,
       holder = free.holder,
       granted_at = clock_timestamp()
  FROM free
 WHERE lock.name = free.name
RETURNING lock.owner, lock.token, lock.previous
