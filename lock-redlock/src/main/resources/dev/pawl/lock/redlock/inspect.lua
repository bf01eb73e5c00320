-- Says who has this node.
-- KEYS[1] the lock: the owner and the label of its client, or "=" and those of one that has let go, or "!" and those of one from whom it
--   was taken away
-- KEYS[2] the counter: the largest token that this node knows
-- KEYS[3] the waiting members
-- returns 0 if nobody does; else a number that stands for the owner, the counter, the ms left, how many wait, 1 if it was taken away, how
--   many bytes the label has, and these bytes

local value = redis.call('GET', KEYS[1])
if not value then
  return 0
end
local mark, holder = string.match(value, '^([=!]?)(.*)$')
-- A label of 128 characters has no more bytes; what a stranger has written may have.
local label = string.sub(string.match(holder, '^%S+ (.*)$') or '', 1, 384)
local told = {
  tonumber(string.sub(redis.sha1hex(holder), 1, 12), 16),
  tonumber(redis.call('GET', KEYS[2]) or '') or 0,
  redis.call('PTTL', KEYS[1]),
  redis.call('ZCARD', KEYS[3]),
  mark == '!' and 1 or 0,
  #label
}
for i = 1, #label do
  told[#told + 1] = string.byte(label, i)
end
return told
