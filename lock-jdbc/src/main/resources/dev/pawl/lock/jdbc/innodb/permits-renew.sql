-- Renews holds that their owners still have. One that is over is not revived, though nobody may have noticed.
-- :owners who has them   :time for how many microseconds
-- By the key: a scan of a small table would wait at rows that others have locked, whosever they are.
UPDATE {permits} FORCE INDEX (PRIMARY)
   SET ends_micros = {now} + :time
 WHERE owner IN (:owners) AND state = 'held' AND ends_micros > {now}
 ORDER BY owner
