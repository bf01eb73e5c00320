-- Keeps a lock with its holder until the caller's transaction ends: nobody takes the row over, gives it back or renews it before.
-- Waits for another transaction that changes the row, or guards it, for as long as the session's lock timeout: there is no shared
-- lock of a row here.
-- :value the token   :name the row
-- returns the last token, whether the token is of the grant that has the lock; no row if nobody has ever had it
SELECT token, owner <> '' AND owner NOT LIKE '=%' AND previous < :value AND token >= :value
  FROM {table} WHERE name = :name FOR UPDATE
