-- Reserves permits for waiters whose turn has come.
-- :owners who waits   :now microseconds since 1970, by the clock of the database
-- By the key: a scan of a small table would wait at rows that others have locked, whosever they are.
UPDATE {permits} FORCE INDEX (PRIMARY) SET state = 'reserved', ends_micros = :now + turn_micros WHERE owner IN (:owners) ORDER BY owner
