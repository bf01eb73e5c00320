-- Removes some, if they are over by then.
-- :owners whom   :until microseconds since 1970, by the clock of the database
DELETE FROM {permits} WHERE owner IN (:owners) AND ends_micros <= :until
