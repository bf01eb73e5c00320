-- Behind fence.lua. In pieces: Lua's stack has room for some 8,000 arguments.
-- KEYS[1] the key   ARGV fields and their values by turns
for i = 1, #ARGV, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 999, #ARGV)))
end
return 1
