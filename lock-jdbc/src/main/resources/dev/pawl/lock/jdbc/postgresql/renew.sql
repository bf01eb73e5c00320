-- Renews holds that their owners still have; locks them in the order of their names, so that no two renewals block each other.
-- A row that another session has locked is left out, and not waited for: the others would wait with it.
-- An owner's id is its own: it stands in the row of its lock or nowhere.
-- :names the rows   :owners who has them
-- returns the names of those renewed
WITH held AS (
  SELECT name FROM {table}
   WHERE name = ANY (:names) AND owner = ANY (:owners)
   ORDER BY name FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE {table} AS lock
   SET expires_at = clock_timestamp() + lease_micros * interval '1 microsecond'
  FROM held
 WHERE lock.name = held.name AND lock.owner = ANY (:owners)
RETURNING lock.name
