-- Tries for a lock once. Idempotent for its owner: asked again, it gives the same grant.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved
-- KEYS[2] the last token granted
-- KEYS[3] the waiting members, by arrival
-- ARGV[1] owner
-- ARGV[2] lease time, ms
-- ARGV[3] tokens in a grant
-- ARGV[4] life of the token key, ms
-- ARGV[5] member: "<node>:<owner>"
-- ARGV[6] "1" to be queued when busy
-- ARGV[7] life of the queue, ms
-- ARGV[8] prefix of the nodes' channels
-- ARGV[9] "1" in a cluster, where PUBLISH counts the listeners of one server only
-- returns the first token of the grant, or the negative number of ms after which the lock may be free

-- The longest that a member may take from its wake-up to its attempt.
local RESERVATION = '100'

local won = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])

if won then
  -- Free, but whoever waits is before us. Heads that nobody listens for are dead; our own entry, or an end, is our turn.
  while redis.call('EXISTS', KEYS[3]) == 1 do
    local head = redis.call('ZPOPMIN', KEYS[3])[1]
    if head == ARGV[5] then
      break
    end
    local colon = string.find(head, ':', 1, true)
    local heard = redis.call('PUBLISH', ARGV[8] .. string.sub(head, 1, colon - 1), string.sub(head, colon + 1))
    if heard > 0 or ARGV[9] == '1' then
      redis.call('SET', KEYS[1], '~' .. head, 'PX', RESERVATION)
      won = false
      break
    end
  end
else
  local holder = redis.call('GET', KEYS[1])
  if holder == ARGV[1] then
    -- The reply of this very grant was lost. Nobody can have been granted a token since.
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    local last = redis.call('GET', KEYS[2])
    if last then
      return tonumber(last) - tonumber(ARGV[3]) + 1
    end
    won = true
  elseif holder == '~' .. ARGV[5] then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    won = true
  end
end

if won then
  -- The clock is the floor, so that tokens go up even when this key has expired or the data is lost. Numbers go to
  -- redis.call as they are: tostring and .. would round them to 14 digits.
  local time = redis.call('TIME')
  local last = time[1] * 1000000 + time[2]
  local previous = redis.call('SET', KEYS[2], last, 'PX', ARGV[4], 'GET')
  if previous and previous + ARGV[3] > last then
    last = previous + ARGV[3]
    redis.call('SET', KEYS[2], last, 'PX', ARGV[4])
  end
  return last - ARGV[3] + 1
end

if ARGV[6] == '1' then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[3], 'NX', time[1] * 1000000 + time[2], ARGV[5])
  redis.call('PEXPIRE', KEYS[3], ARGV[7])
end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  -- A stranger's key without a life: look again as if it were a lease.
  left = tonumber(ARGV[2])
end
return -math.max(left, 1)
