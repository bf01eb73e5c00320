-- Renews a hold if its owner still has this node. Never creates one that is gone.
-- KEYS[1] the lock: the owner
-- ARGV[1] owner
-- ARGV[2] lease time, ms
-- returns 1 renewed, 0 gone, 2 another owner has it

local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1
end
return holder and 2 or 0
