-- Asks this node for its vote. Idempotent for its owner: asked again, it grants again.
-- KEYS[1] the lock: the owner
-- KEYS[2] the counter: the largest token that this node knows
-- KEYS[3] the waiting members, "<client>:<owner>", by arrival
-- ARGV[1] owner
-- ARGV[2] lease time, ms
-- ARGV[3] the token that the client proposes; 0 to take this node's clock
-- ARGV[4] life of the counter, ms
-- ARGV[5] the member, to be told of a release when busy; empty not to be
-- ARGV[6] life of the waiting list, ms
-- returns the counter, what it was before (0 if there was none), and the time in microseconds;
--   or when busy the negative number of ms that the other's lease has to run, a number that stands for it, and the time

-- Numbers go to redis.call as they are: tostring and .. would round them to 14 digits.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local again = false

if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  local holder = redis.call('GET', KEYS[1])
  if holder ~= ARGV[1] then
    if ARGV[5] ~= '' then
      redis.call('ZADD', KEYS[3], 'NX', now, ARGV[5])
      -- The one who looks most seldom says how long the list lives.
      if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[6]) then
        redis.call('PEXPIRE', KEYS[3], ARGV[6])
      end
    end
    local left = redis.call('PTTL', KEYS[1])
    if left < 0 then
      -- A stranger's key without a life: look again as if it were a lease.
      left = tonumber(ARGV[2])
    end
    return {-math.max(left, 1), tonumber(string.sub(redis.sha1hex(holder), 1, 12), 16), now}
  end
  again = true
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end

local token = tonumber(ARGV[3])
if token == 0 then
  token = now
end
if again then
  local counter = tonumber(redis.call('GET', KEYS[2]) or '')
  if counter and counter >= token then
    -- Its own last token is all that is known to be its own.
    return {counter, counter - 1, now}
  end
end
local previous = tonumber(redis.call('SET', KEYS[2], token, 'PX', ARGV[4], 'GET') or '') or 0
if previous >= token then
  token = previous + 1
  redis.call('SET', KEYS[2], token, 'PX', ARGV[4])
end
return {token, previous, now}
