-- Asks whether this server would write: a replica refuses, as does one whose disk or memory is full, or whose replicas are too few.
-- KEYS[1] a key that is never there
-- returns 1

redis.call('SET', KEYS[1], '', 'XX')
return 1
