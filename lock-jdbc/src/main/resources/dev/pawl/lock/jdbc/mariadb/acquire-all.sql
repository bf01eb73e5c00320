-- Tries for several locks at once, in the order of their names, each for its owner and by itself: who gets only some of them
-- gives those back.
-- The assignments mean the same from left to right and, as sql_mode may want it, all at once.
-- Waits a second for a row that others have locked, however long its session would.
-- :wanted a JSON array of objects with name and owner   :lease microseconds   :holder what their client calls itself
-- returns name, owner, last token, last token before
SET STATEMENT innodb_lock_wait_timeout = 1 FOR
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros, holder, granted_at)
SELECT lock_name, lock_owner,
       timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)),
       timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) - 1,
       utc_timestamp(6) + INTERVAL :lease MICROSECOND,
       :lease,
       :holder,
       utc_timestamp(6)
  FROM json_table(:wanted, '$[*]' COLUMNS (lock_name varchar(255) CHARACTER SET utf8mb4 PATH '$.name',
                                             lock_owner varchar(100) CHARACTER SET utf8mb4 PATH '$.owner')) AS wanted
 ORDER BY lock_name
ON DUPLICATE KEY UPDATE
  previous = if(owner = VALUE(owner) OR expires_at <= utc_timestamp(6), token, previous),
  token = if(owner = VALUE(owner) OR expires_at <= utc_timestamp(6), greatest(token + 1, VALUE(token)), token),
  lease_micros = if(owner = VALUE(owner) OR expires_at <= utc_timestamp(6), :lease, lease_micros),
  holder = if(owner = VALUE(owner) OR expires_at <= utc_timestamp(6), :holder, holder),
  granted_at = if(owner = VALUE(owner) OR expires_at <= utc_timestamp(6), VALUE(granted_at), granted_at),
  owner = if(expires_at <= utc_timestamp(6), VALUE(owner), owner),
  expires_at = if(owner = VALUE(owner) OR expires_at <= utc_timestamp(6), VALUE(expires_at), expires_at)
RETURNING name, owner, token, previous
