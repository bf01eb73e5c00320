-- Which of these have their holds.
-- :owners of whom
-- returns owners
SELECT owner FROM {permits} WHERE owner IN (:owners) AND state = 'held' AND ends_micros > {now}
