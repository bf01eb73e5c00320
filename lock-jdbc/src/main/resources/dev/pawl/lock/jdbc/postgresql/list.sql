-- Who holds which locks, in the order of their names.
-- :pattern of the names, for LIKE   :limit the most rows
-- returns name, owner, last token, what the holder calls itself, microseconds since 1970: of the grant, of its end; how many wait, or -1
SELECT name, owner, token, holder,
       (extract(epoch FROM granted_at) * 1000000)::bigint, (extract(epoch FROM expires_at) * 1000000)::bigint,
       cardinality(waiters)
  FROM {table}
 WHERE name LIKE :pattern ESCAPE '|' AND owner <> '' AND owner NOT LIKE '~%' AND expires_at > clock_timestamp()
 ORDER BY name LIMIT :limit
