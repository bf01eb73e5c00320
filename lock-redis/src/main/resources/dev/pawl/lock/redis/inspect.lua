-- Says who holds a lock.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved, or "!" and an owner from whom it was taken away, or "="
--   and an owner that has let go
-- KEYS[2] the last token granted
-- KEYS[3] the waiting members
-- returns 0 if nobody does; else 1 or, when it was taken away, 2; the token, the ms left, how many wait, the time in s and us, how many
-- bytes the label of the holder has, and these bytes

local holder = redis.call('GET', KEYS[1])
if not holder or string.sub(holder, 1, 1) == '~' then
  return 0
end
local time = redis.call('TIME')
-- A label of 128 characters has no more bytes; what a stranger has written may have.
local label = string.sub(string.match(holder, '^%S+ (.*)$') or '', 1, 384)
local told = {
  string.sub(holder, 1, 1) == '!' and 2 or 1,
  redis.call('GET', KEYS[2]) or '0',
  redis.call('PTTL', KEYS[1]),
  redis.call('ZCARD', KEYS[3]),
  time[1],
  time[2],
  #label
}
for i = 1, #label do
  told[#told + 1] = string.byte(label, i)
end
return told
