-- Who holds which locks, in the order of their names.
-- :pattern of the names, for LIKE   :limit the most rows
-- returns name, owner, last token, what the holder calls itself, microseconds since 1970: of the grant, of its end; how many wait, or -1
SELECT name, owner, token, holder,
       timestampdiff(MICROSECOND, '1970-01-01', granted_at), timestampdiff(MICROSECOND, '1970-01-01', expires_at),
       -1
  FROM {table}
 WHERE name LIKE :pattern ESCAPE '|' AND owner <> '' AND expires_at > utc_timestamp(6)
 ORDER BY name LIMIT :limit
