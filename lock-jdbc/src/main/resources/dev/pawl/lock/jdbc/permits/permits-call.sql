-- Reserves permits for waiters whose turn has come.
-- :owners who waits   :now microseconds since 1970, by the clock of the database
UPDATE {permits} SET state = 'reserved', ends_micros = :now + turn_micros WHERE owner IN (:owners)
