-- Takes this node away from a holder, and raises the counter, if nobody has raised it since.
-- KEYS[1] the lock: the owner, or "=" and an owner that has let go, or "!" and an owner from whom it was taken away
-- KEYS[2] the counter: the largest token that this node knows
-- KEYS[3] the waiting members, "<client>:<owner>", by arrival
-- ARGV[1] the number that stands for the owner, as inspect.lua says it
-- ARGV[2] the largest counter that was seen
-- ARGV[3] the counter from now on
-- ARGV[4] life of the counter, ms
-- ARGV[5] "1" to free the node at once; one that its owner has let go is freed in any case
-- ARGV[6] prefix of the clients' channels
-- returns 2 taken away, by this request or by its like that came before it, 1 the owner does not have this node, 0 the counter was raised
--   since

local counter = tonumber(redis.call('GET', KEYS[2]) or '') or 0
local again = counter == tonumber(ARGV[3])
if counter > tonumber(ARGV[2]) and not again then
  return 0
end
local value = redis.call('GET', KEYS[1])
local mark, holder = string.match(value or '', '^([=!]?)(.*)$')
local its = value and tonumber(string.sub(redis.sha1hex(holder), 1, 12), 16) == tonumber(ARGV[1])
if again and not its then
  -- Freed before; or somebody was granted the same number.
  return value and 0 or 2
end
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
if not its then
  return 1
end
if ARGV[5] == '1' or mark == '=' then
  redis.call('DEL', KEYS[1])
  -- Who does not listen is dead.
  local told = false
  while not told and redis.call('EXISTS', KEYS[3]) == 1 do
    local head = redis.call('ZPOPMIN', KEYS[3])[1]
    local colon = string.find(head, ':', 1, true)
    told = redis.call('PUBLISH', ARGV[6] .. string.sub(head, 1, colon - 1), string.sub(head, colon + 1)) > 0
  end
elseif mark == '' then
  redis.call('SET', KEYS[1], '!' .. holder, 'KEEPTTL')
end
return 2
