-- Gives this node up after a time: until then nobody has it. Idempotent for its owner: sent again, it makes that time no longer.
-- KEYS[1] the lock: the owner, or "=" and an owner that has let go, or "!" and an owner from whom it was taken away
-- KEYS[2] the waiting members, "<client>:<owner>", by arrival
-- ARGV[1] owner
-- ARGV[2] how long the node is kept, ms
-- ARGV[3] the member that leaves the waiting list
-- returns 1 if the owner had this node, 2 if it was taken away from the owner and is to be released, else 0

redis.call('ZREM', KEYS[2], ARGV[3])
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
  redis.call('SET', KEYS[1], '=' .. holder, 'PX', ARGV[2])
  return 1
end
if holder == '=' .. ARGV[1] then
  if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  end
  return 1
end
return holder == '!' .. ARGV[1] and 2 or 0
