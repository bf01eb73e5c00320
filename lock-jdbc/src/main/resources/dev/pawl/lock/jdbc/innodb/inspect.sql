-- Who holds a lock.
-- :name the row
-- returns name, owner, last token, what the holder calls itself, microseconds since 1970: of the grant, of its end; how many wait, or -1
--   no row if nobody does
SELECT name, owner, token, holder,
       timestampdiff(MICROSECOND, '1970-01-01', granted_at), timestampdiff(MICROSECOND, '1970-01-01', expires_at),
       -1
  FROM {table}
 WHERE name = :name AND owner <> '' AND expires_at > utc_timestamp(6)
