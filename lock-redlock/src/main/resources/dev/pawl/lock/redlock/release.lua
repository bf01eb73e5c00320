-- Gives this node up. Idempotent for its owner.
-- KEYS[1] the lock: the owner, or "!" and an owner from whom it was taken away
-- KEYS[2] the waiting members, "<client>:<owner>", by arrival
-- ARGV[1] owner
-- ARGV[2] the member that leaves the waiting list; empty if none does
-- ARGV[3] prefix of the clients' channels, to tell the next that waits; empty to tell nobody
-- returns 1 if the owner had this node, else 0

local holder = redis.call('GET', KEYS[1])
-- One from whom it was taken away has it until it lets go.
local had = holder == ARGV[1] or holder == '!' .. ARGV[1]
if had then
  redis.call('DEL', KEYS[1])
end
if ARGV[3] ~= '' then
  if ARGV[2] ~= '' then
    redis.call('ZREM', KEYS[2], ARGV[2])
  end
  -- Whoever leaves may have been told already, and would keep the news from the others. Who does not listen is dead.
  local told = not had and redis.call('EXISTS', KEYS[1]) == 1
  while not told and redis.call('EXISTS', KEYS[2]) == 1 do
    local head = redis.call('ZPOPMIN', KEYS[2])[1]
    local colon = string.find(head, ':', 1, true)
    told = redis.call('PUBLISH', ARGV[3] .. string.sub(head, 1, colon - 1), string.sub(head, colon + 1)) > 0
  end
end
return had and 1 or 0
