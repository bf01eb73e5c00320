-- Who has the locks, and for how long.
-- :names the rows
-- returns name, owner, microseconds left
SELECT name, owner, (extract(epoch FROM expires_at - clock_timestamp()) * 1000000)::bigint
  FROM {table}
 WHERE name = ANY (:names)
