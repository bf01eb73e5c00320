-- Removes rows that nobody has had for long. A row that comes back has a larger token: its clock has gone on. Who still waits for a
-- lock that has been free for so long is dead.
-- :idle microseconds
DELETE FROM {table}
 WHERE name IN (
   SELECT name
     FROM {table}
    WHERE token < (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - :idle)
      AND expires_at < (SELECT clock_timestamp())
      AND (waiters = '{}' OR expires_at < (SELECT clock_timestamp() - :idle * interval '1 microsecond'))
    LIMIT 1000 FOR UPDATE SKIP LOCKED)
