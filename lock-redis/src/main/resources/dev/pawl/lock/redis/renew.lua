-- Renews a hold if its owner still has it. Never creates one that is gone.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved
-- ARGV[1] owner
-- ARGV[2] lease time, ms
-- returns 1 renewed, 0 gone, 2 another owner has it

local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1
end
-- A reservation has no owner yet.
if not holder or string.sub(holder, 1, 1) == '~' then
  return 0
end
return 2
