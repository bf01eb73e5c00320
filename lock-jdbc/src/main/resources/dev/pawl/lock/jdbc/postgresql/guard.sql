-- Keeps a lock with its holder until the caller's transaction ends, in one round trip: nobody takes the row over, gives it back or
-- renews it before. Waits for another transaction that changes the row for as long as :timeout says; the caller's own lock_timeout
-- is as it was afterwards.
-- :timeout milliseconds   :value the token   :name the row
-- returns the last token, whether the token is of the grant that has the lock; no row if nobody has ever had it
SELECT set_config('pawl.lock_timeout', current_setting('lock_timeout'), true),
       set_config('lock_timeout', CAST(:timeout AS text), true);
SELECT token, owner <> '' AND owner NOT LIKE '=%' AND owner NOT LIKE '~%' AND previous < :value AND token >= :value AS held
  FROM {table} WHERE name = :name FOR SHARE;
SELECT set_config('lock_timeout', current_setting('pawl.lock_timeout'), true)
