-- What has become of waiters.
-- :owners who waits
-- returns owner, client, state, microseconds left, the last token of the name
SELECT p.owner, p.client, p.state, p.ends_micros - {now}, l.token
  FROM {permits} AS p JOIN {table} AS l ON l.name = p.name
 WHERE p.owner IN (:owners)
