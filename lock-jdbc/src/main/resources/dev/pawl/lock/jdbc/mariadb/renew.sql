-- Renews holds that their owners still have, in the order of their names. By the key: a scan of a small table would wait at
-- rows that others have locked, whosever they are.
-- An owner's id is its own: it stands in the row of its lock or nowhere.
-- Waits a second for a row that others have locked, however long its session would.
-- :names the rows   :owners who has them
SET STATEMENT innodb_lock_wait_timeout = 1 FOR
UPDATE {table} FORCE INDEX (PRIMARY)
   SET expires_at = utc_timestamp(6) + INTERVAL lease_micros MICROSECOND
 WHERE name IN (:names) AND owner IN (:owners)
 ORDER BY name
