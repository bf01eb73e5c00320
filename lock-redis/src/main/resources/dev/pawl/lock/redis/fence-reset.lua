-- Resets a fence that is as it was seen, so that a reset which arrives late takes back no newer token.
-- KEYS[1] the fence
-- ARGV[1] what was seen there, '' nothing
-- ARGV[2] the least token that is admitted, '0' for any
-- returns 1, or 0 if it has changed meanwhile

if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2])
end
return 1
