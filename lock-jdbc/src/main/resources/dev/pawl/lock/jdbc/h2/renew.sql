-- Renews holds that their owners still have.
-- An owner's id is its own: it stands in the row of its lock or nowhere.
-- :names the rows   :owners who has them
UPDATE {table}
   SET expires_at = dateadd(MICROSECOND, lease_micros, current_timestamp(6))
 WHERE name = ANY (:names) AND owner = ANY (:owners)
