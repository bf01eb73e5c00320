-- Renews holds that their owners still have. One that is over is not revived, though nobody may have noticed.
-- :owners who has them   :time for how many microseconds
UPDATE {permits} SET ends_micros = {now} + :time WHERE owner IN (:owners) AND state = 'held' AND ends_micros > {now}
