-- Renews holds that their owners still have, in the order of their names.
-- An owner's id is its own: it stands in the row of its lock or nowhere.
-- :names the rows   :owners who has them
UPDATE {table}
   SET expires_at = utc_timestamp(6) + INTERVAL lease_micros MICROSECOND
 WHERE name IN (:names) AND owner IN (:owners)
 ORDER BY name
