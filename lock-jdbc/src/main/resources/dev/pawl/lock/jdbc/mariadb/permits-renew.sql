-- Renews holds that their owners still have. One that is over is not revived, though nobody may have noticed.
-- By the key: a scan of a small table would wait at rows that others have locked, whosever they are.
-- Waits a second for a row that others have locked, however long its session would.
-- :owners who has them   :time for how many microseconds
SET STATEMENT innodb_lock_wait_timeout = 1 FOR
UPDATE {permits} FORCE INDEX (PRIMARY)
   SET ends_micros = {now} + :time
 WHERE owner IN (:owners) AND state = 'held' AND ends_micros > {now}
 ORDER BY owner
