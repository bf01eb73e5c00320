-- Who holds a lock.
-- :name the row
-- returns name, owner, last token, what the holder calls itself, microseconds since 1970: of the grant, of its end; how many wait, or -1
--   no row if nobody does
SELECT name, owner, token, holder,
       CAST(extract(EPOCH FROM granted_at) * 1000000 AS bigint), CAST(extract(EPOCH FROM expires_at) * 1000000 AS bigint),
       -1
  FROM {table}
 WHERE name = :name AND owner <> '' AND expires_at > current_timestamp(6)
