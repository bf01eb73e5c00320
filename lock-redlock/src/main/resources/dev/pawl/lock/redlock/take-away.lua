-- Takes this node away from a holder, and raises the counter. A node that is not the holder's stays as it is.
-- KEYS[1] the lock: the owner, or "=" and an owner that has let go, or "!" and an owner from whom it was taken away
-- KEYS[2] the counter: the largest token that this node knows
-- KEYS[3] the waiting members, "<client>:<owner>", by arrival
-- ARGV[1] the number that stands for the owner, as inspect.lua says it
-- ARGV[2] the counter from now on
-- ARGV[3] life of the counter, ms
-- ARGV[4] "1" to free the node at once; one that its owner has let go is freed in any case
-- ARGV[5] prefix of the clients' channels
-- returns 2 taken away, by this request or by its like that came before it, 3 free, with that very counter, 1 not the holder's, 0 the
--   holder's still, and with a larger token

local counter = tonumber(redis.call('GET', KEYS[2]) or '') or 0
local raised = tonumber(ARGV[2])
local value = redis.call('GET', KEYS[1])
if not value then
  return counter == raised and 3 or 1
end
local mark, holder = string.match(value, '^([=!]?)(.*)$')
if tonumber(string.sub(redis.sha1hex(holder), 1, 12), 16) ~= tonumber(ARGV[1]) then
  return 1
end
if counter >= raised then
  if mark ~= '!' then
    return 0
  end
  -- Another operator has taken it away; or this request has, when it was sent before.
  return counter == raised and 2 or 1
end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
if ARGV[4] == '1' or mark == '=' then
  redis.call('DEL', KEYS[1])
  -- Who does not listen is dead.
  local told = false
  while not told and redis.call('EXISTS', KEYS[3]) == 1 do
    local head = redis.call('ZPOPMIN', KEYS[3])[1]
    local colon = string.find(head, ':', 1, true)
    told = redis.call('PUBLISH', ARGV[5] .. string.sub(head, 1, colon - 1), string.sub(head, colon + 1)) > 0
  end
elseif mark == '' then
  redis.call('SET', KEYS[1], '!' .. holder, 'KEEPTTL')
end
return 2
