-- Who holds a lock.
-- :name the row
-- returns name, owner, last token, what the holder calls itself, microseconds since 1970: of the grant, of its end; how many wait, or -1
--   no row if nobody does
SELECT name, owner, token, holder,
       (extract(epoch FROM granted_at) * 1000000)::bigint, (extract(epoch FROM expires_at) * 1000000)::bigint,
       cardinality(waiters)
  FROM {table}
 WHERE name = :name AND owner <> '' AND owner NOT LIKE '~%' AND expires_at > clock_timestamp()
