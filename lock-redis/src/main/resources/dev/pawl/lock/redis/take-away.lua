-- Takes a lock away from its holder, if the last token granted is the one that was seen, and raises that token.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved, or "!" and an owner from whom it was taken away, or "="
--   and an owner that has let go
-- KEYS[2] the last token granted
-- KEYS[3] the waiting members, "<node>:<owner>:<ms of its turn>", by arrival
-- ARGV[1] the token that was seen
-- ARGV[2] life of the token key, ms
-- ARGV[3] "1" to free it at once; one that its owner has let go is freed in any case
-- ARGV[4] prefix of the nodes' channels
-- returns as inspect.lua, with the raised token

local holder = redis.call('GET', KEYS[1])
if not holder or string.sub(holder, 1, 1) == '~' or redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
local time = redis.call('TIME')
-- A label of 128 characters has no more bytes; what a stranger has written may have.
local label = string.sub(string.match(holder, '^%S+ (.*)$') or '', 1, 384)
local raised = math.max(time[1] * 1000000 + time[2], tonumber(ARGV[1]) + 1)
local told = {2, raised, redis.call('PTTL', KEYS[1]), redis.call('ZCARD', KEYS[3]), time[1], time[2], #label}
for i = 1, #label do
  told[#told + 1] = string.byte(label, i)
end

redis.call('SET', KEYS[2], raised, 'PX', ARGV[2])
if ARGV[3] == '1' or string.sub(holder, 1, 1) == '=' then
  redis.call('DEL', KEYS[1])
  -- Whoever comes first finds the queue, and lets its head go first; that one is woken.
  local head = redis.call('ZREVRANGE', KEYS[3], -1, -1)[1]
  if head then
    local node, owner = string.match(head, '^([^:]+):(.+):%d+$')
    redis.call('PUBLISH', ARGV[4] .. node, owner)
  end
elseif string.sub(holder, 1, 1) ~= '!' then
  redis.call('SET', KEYS[1], '!' .. holder, 'KEEPTTL')
end
return told
