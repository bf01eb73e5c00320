-- A session of this user that was there before a time, if it still is.
-- :session its id   :age microseconds: if the server is younger, another has the same number
-- returns a row if it is still there
SELECT id
  FROM performance_schema.processlist
 WHERE id = :session AND id <> connection_id() AND user = substring_index(user(), '@', 1)
   AND (SELECT variable_value FROM performance_schema.global_status WHERE variable_name = 'Uptime') * 1000000 > :age
