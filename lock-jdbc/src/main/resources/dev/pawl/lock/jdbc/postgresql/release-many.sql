-- Releases those of several locks that their owners have and nobody waits for. Rows are locked as in acquire-many.
-- :names the rows, sorted   :owners who has each
-- returns the owners of those released; release has to be asked for the others
WITH held AS (
  SELECT lock.name, wanted.owner
    FROM unnest(CAST(:names AS text[]), CAST(:owners AS text[])) AS wanted (name, owner)
    JOIN {table} AS lock ON lock.name = wanted.name
   WHERE lock.owner = wanted.owner AND lock.waiters = '{}'
   ORDER BY lock.name FOR NO KEY UPDATE OF lock SKIP LOCKED
)
UPDATE {table} AS lock
   SET owner = '', expires_at = timestamptz 'epoch'
  FROM held, (SELECT set_config('synchronous_commit', 'off', true)) AS late
 WHERE lock.name = held.name
RETURNING held.owner
