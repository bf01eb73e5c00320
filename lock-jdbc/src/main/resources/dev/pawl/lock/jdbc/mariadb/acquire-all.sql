-- Tries for several locks at once, in the order of their names, each for its owner and by itself: who gets only some of them
-- gives those back.
-- Assignments run from left to right: from the second on, "owner = VALUE(owner)" says that the lock was granted.
-- :wanted a JSON array of objects with name and owner   :lease microseconds
-- returns name, owner, last token, last token before
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros)
SELECT lock_name, lock_owner,
       timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)),
       timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) - 1,
       utc_timestamp(6) + INTERVAL :lease MICROSECOND,
       :lease
  FROM json_table(:wanted, '$[*]' COLUMNS (lock_name varchar(255) PATH '$.name',
                                             lock_owner varchar(100) PATH '$.owner')) AS wanted
 ORDER BY lock_name
ON DUPLICATE KEY UPDATE
  owner = if(expires_at <= utc_timestamp(6), VALUE(owner), owner),
  previous = if(owner = VALUE(owner), token, previous),
  token = if(owner = VALUE(owner), greatest(token + 1, VALUE(token)), token),
  expires_at = if(owner = VALUE(owner), VALUE(expires_at), expires_at),
  lease_micros = if(owner = VALUE(owner), :lease, lease_micros)
RETURNING name, owner, token, previous
