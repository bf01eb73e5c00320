-- Removes some, if they are over by then.
-- :owners whom   :until microseconds since 1970, by the clock of the database
-- By the key: a scan of a small table would wait at rows that others have locked, whosever they are.
DELETE gone FROM {permits} AS gone FORCE INDEX (PRIMARY) WHERE gone.owner IN (:owners) AND gone.ends_micros <= :until
