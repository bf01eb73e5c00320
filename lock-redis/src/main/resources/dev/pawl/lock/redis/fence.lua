-- In front of every guarded script: ends it here if its token is stale. What follows sees KEYS and ARGV without the guard's own.
-- KEYS[1] the fence: the newest token seen
-- ARGV[1] the token, in digits without a leading zero
-- returns the error STALETOKEN and the newest token, before anything is written

do
  -- As text: numbers here are doubles, and round what is larger than 2^53.
  local token, newest = ARGV[1], redis.call('GET', KEYS[1])
  if newest and newest ~= '0'
      and (not string.find(newest, '^[1-9]%d*$') or #newest > 19 or #newest == 19 and newest > '9223372036854775807') then
    return redis.error_reply('NOFENCE key ' .. KEYS[1] .. ' holds something else than a token')
  end
  if newest and (#newest > #token or #newest == #token and newest > token) then
    return redis.error_reply('STALETOKEN ' .. newest)
  end
  if newest ~= token then
    redis.call('SET', KEYS[1], token)
  end
end
local function rest(list)
  local shifted = {}
  for i = 2, #list do
    shifted[i - 1] = list[i]
  end
  return shifted
end
local KEYS, ARGV = rest(KEYS), rest(ARGV)
