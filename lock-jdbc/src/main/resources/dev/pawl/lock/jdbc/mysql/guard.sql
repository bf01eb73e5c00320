-- Keeps a lock with its holder until the caller's transaction ends: nobody takes the row over, gives it back or renews it before.
-- Waits for another transaction that changes the row for as long as innodb_lock_wait_timeout.
-- :value the token   :name the row
-- returns the last token, whether the token is of the grant that has the lock; no row if nobody has ever had it
SELECT token, owner <> '' AND owner NOT LIKE '=%' AND previous < :value AND token >= :value
  FROM {table} WHERE name = :name LOCK IN SHARE MODE
