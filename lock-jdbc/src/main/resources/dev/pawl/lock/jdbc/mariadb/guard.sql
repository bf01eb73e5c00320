-- Keeps a lock with its holder until the caller's transaction ends: nobody takes the row over, gives it back or renews it before.
-- Waits a few seconds for another transaction that changes the row.
-- :value the token   :name the row
-- returns the last token, whether the token is of the grant that has the lock; no row if nobody has ever had it
SET STATEMENT innodb_lock_wait_timeout = 5 FOR
SELECT token, owner <> '' AND owner NOT LIKE '=%' AND previous < :value AND token >= :value
  FROM {table} WHERE name = :name LOCK IN SHARE MODE
