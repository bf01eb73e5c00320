-- Who has been over for long. Locks nothing.
-- :idle microseconds
-- returns owner, ends_micros
SELECT owner, ends_micros FROM {permits} WHERE ends_micros < {now} - :idle LIMIT 1000
