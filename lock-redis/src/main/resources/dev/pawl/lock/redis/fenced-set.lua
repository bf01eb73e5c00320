-- Behind fence.lua.
-- KEYS[1] the key   ARGV[1] its value
return redis.call('SET', KEYS[1], ARGV[1])
