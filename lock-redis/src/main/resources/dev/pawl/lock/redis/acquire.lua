-- Tries for a lock once. Idempotent for its owner: asked again, it gives the same grant.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved
-- KEYS[2] the last token granted, a blank, and how many the grant had
-- KEYS[3] the waiting members, "<node>:<owner>", by arrival
-- ARGV[1] owner
-- ARGV[2] lease time, ms
-- ARGV[3] tokens wanted
-- ARGV[4] life of the token key, ms
-- ARGV[5] node of the owner
-- ARGV[6] life of the queue, ms, to be queued when busy; empty not to be
-- ARGV[7] prefix of the nodes' channels
-- ARGV[8] "1" in a cluster, where PUBLISH counts the listeners of one server only
-- returns the first token of the grant and how many; or the negative number of ms after which the lock may be free, and 0

-- The longest that a member may take from its wake-up to its attempt.
local RESERVATION = '100'

local won = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])

if won then
  -- Free, but whoever waits is before us. Heads that nobody listens for are dead; our own entry, or an end, is our turn.
  while redis.call('EXISTS', KEYS[3]) == 1 do
    local head = redis.call('ZPOPMIN', KEYS[3])[1]
    if head == ARGV[5] .. ':' .. ARGV[1] then
      break
    end
    local colon = string.find(head, ':', 1, true)
    local heard = redis.call('PUBLISH', ARGV[7] .. string.sub(head, 1, colon - 1), string.sub(head, colon + 1))
    if heard > 0 or ARGV[8] == '1' then
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
    local last, count = string.match(redis.call('GET', KEYS[2]) or '', '^(%d+) (%d+)$')
    if last then
      return {last - count + 1, tonumber(count)}
    end
    won = true
  elseif holder == '~' .. ARGV[5] .. ':' .. ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    won = true
  end
end

if won then
  -- The clock is the floor, so that tokens go up even when this key has expired or the data is lost. It must not be
  -- overtaken either, or the floor would not hold: a grant that follows too soon for all its tokens gets fewer.
  local time = redis.call('TIME')
  local last = time[1] * 1000000 + time[2]
  local first = last - ARGV[3] + 1
  local previous = redis.call('GET', KEYS[2])
  if previous then
    previous = tonumber(string.match(previous, '^%d+'))
    if previous >= last then
      -- The clock was set back.
      first = previous + 1
      last = previous + ARGV[3]
    elseif previous >= first then
      first = previous + 1
    end
  end
  local count = last - first + 1
  -- Not with tostring or .. alone, which round to 14 digits.
  redis.call('SET', KEYS[2], string.format('%.0f %.0f', last, count), 'PX', ARGV[4])
  return {first, count}
end

if ARGV[6] ~= '' then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[3], 'NX', time[1] * 1000000 + time[2], ARGV[5] .. ':' .. ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  -- A stranger's key without a life: look again as if it were a lease.
  left = tonumber(ARGV[2])
end
return {-math.max(left, 1), 0}
