-- Releases a lock, or leaves a contest, and hands over to the next in the queue. Idempotent for its owner.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved
-- KEYS[2] the waiting members, "<node>:<owner>", by arrival
-- ARGV[1] owner
-- ARGV[2] node of the owner
-- ARGV[3] "1" to leave the queue too
-- ARGV[4] prefix of the nodes' channels
-- ARGV[5] "1" in a cluster, where PUBLISH counts the listeners of one server only
-- returns 1 if the owner had the lock, or it was reserved for it, else 0

-- The longest that a member may take from its wake-up to its attempt.
local RESERVATION = '100'

if ARGV[3] == '1' then
  redis.call('ZREM', KEYS[2], ARGV[2] .. ':' .. ARGV[1])
end

local holder = redis.call('GET', KEYS[1])
if holder ~= ARGV[1] and holder ~= '~' .. ARGV[2] .. ':' .. ARGV[1] then
  return 0
end

-- A head that nobody listens for is dead: the next one's turn.
while redis.call('EXISTS', KEYS[2]) == 1 do
  local head = redis.call('ZPOPMIN', KEYS[2])[1]
  local colon = string.find(head, ':', 1, true)
  local heard = redis.call('PUBLISH', ARGV[4] .. string.sub(head, 1, colon - 1), string.sub(head, colon + 1))
  if heard > 0 or ARGV[5] == '1' then
    redis.call('SET', KEYS[1], '~' .. head, 'PX', RESERVATION)
    return 1
  end
end
redis.call('DEL', KEYS[1])
return 1
