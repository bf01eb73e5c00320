-- Renews holds that their owners still have; locks them in the order of their names, so that no two renewals block each other.
-- An owner's id is its own: it stands in the row of its lock or nowhere.
-- :names the rows   :owners who has them
WITH held AS (
  SELECT name FROM {table} WHERE name = ANY (:names) AND owner = ANY (:owners) ORDER BY name FOR NO KEY UPDATE
)
UPDATE {table} AS lock
   SET expires_at = clock_timestamp() + lease_micros * interval '1 microsecond'
  FROM held
 WHERE lock.name = held.name AND lock.owner = ANY (:owners)
