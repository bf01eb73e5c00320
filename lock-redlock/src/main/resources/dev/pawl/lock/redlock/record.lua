-- Raises the counter to a token, if its owner still has this node: whoever has it later gets a larger one.
-- KEYS[1] the lock: the owner
-- KEYS[2] the counter: the largest token that this node knows
-- ARGV[1] owner
-- ARGV[2] token
-- ARGV[3] life of the counter, ms
-- returns what the counter was before, or -1 if the owner does not have this node

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return -1
end
local counter = tonumber(redis.call('GET', KEYS[2]) or '') or 0
if counter < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
end
return counter
