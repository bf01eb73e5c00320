-- Reserves more tokens for a hold, if its owner still has it and nobody waits.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved
-- KEYS[2] the last token granted
-- KEYS[3] the waiting members, "<node>:<owner>:<ms of its turn>", by arrival
-- ARGV[1] owner
-- ARGV[2] tokens wanted
-- ARGV[3] life of the token key, ms
-- returns the first of the tokens and how many; or 0 and 0

if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('EXISTS', KEYS[3]) == 1 then
  return {0, 0}
end

-- As in acquire.lua: a block that lies behind the clock, as far as it is not granted yet.
local time = redis.call('TIME')
local last = time[1] * 1000000 + time[2]
local previous = tonumber(redis.call('GET', KEYS[2]) or '') or last - 1
if previous >= last then
  last = previous + ARGV[2]
end
redis.call('SET', KEYS[2], last, 'PX', ARGV[3])
local first = math.max(last - ARGV[2], previous) + 1
return {first, last - first + 1}
