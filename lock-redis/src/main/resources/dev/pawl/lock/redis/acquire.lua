-- Tries for a lock once. Idempotent for its owner: asked again, it gives a token of the same grant.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved
-- KEYS[2] the last token granted
-- KEYS[3] the waiting members, "<node>:<owner>", by arrival
-- ARGV[1] owner
-- ARGV[2] lease time, ms
-- ARGV[3] tokens wanted
-- ARGV[4] life of the token key, ms
-- ARGV[5] life of the queue, ms, to be queued when busy; empty not to be
-- ARGV[6] of this backend: "<node> <prefix of the nodes' channels> <1 in a cluster>"
-- returns the first token of the grant and how many; or the negative number of ms after which to look again, and 0

-- The longest that a member may take from its wake-up to its attempt.
local RESERVATION = '100'

local won = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])

if won then
  if redis.call('EXISTS', KEYS[3]) == 1 then
    -- Free, but whoever waits is before us. Heads that nobody listens for are dead; our own entry, or an end, is our turn.
    -- In a cluster PUBLISH counts the listeners of one server only: there every head is given its time.
    local node, prefix, cluster = string.match(ARGV[6], '^(%S+) (%S+) (%d)')
    repeat
      local head = redis.call('ZPOPMIN', KEYS[3])[1]
      if head == node .. ':' .. ARGV[1] then
        break
      end
      local colon = string.find(head, ':', 1, true)
      local heard = redis.call('PUBLISH', prefix .. string.sub(head, 1, colon - 1), string.sub(head, colon + 1))
      if heard > 0 or cluster == '1' then
        redis.call('SET', KEYS[1], '~' .. head, 'PX', RESERVATION)
        won = false
        break
      end
    until redis.call('EXISTS', KEYS[3]) == 0
  end
else
  local holder = redis.call('GET', KEYS[1])
  if holder == ARGV[1] then
    -- The reply of this very grant was lost. Its last token is its own, and nobody can have been granted one since.
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    local last = tonumber(redis.call('GET', KEYS[2]) or '')
    if last then
      return {last, 1}
    end
    won = true
  elseif holder and holder == '~' .. string.match(ARGV[6], '^%S+') .. ':' .. ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    won = true
  end
end

if won then
  -- The clock, in microseconds, is the floor: tokens go up even when this key has expired, or the last writes to it are lost
  -- with a failover or a restart. They must not overtake the clock, or the floor would not hold: the block lies behind it, as
  -- far as it is not granted yet. Numbers go to redis.call as they are: tostring and .. would round them to 14 digits.
  local time = redis.call('TIME')
  local last = time[1] * 1000000 + time[2]
  local previous = tonumber(redis.call('SET', KEYS[2], last, 'PX', ARGV[4], 'GET') or '')
  if previous and previous >= last then
    -- The clock was set back.
    last = previous + ARGV[3]
    redis.call('SET', KEYS[2], last, 'PX', ARGV[4])
  end
  if ARGV[3] == '1' or not previous then
    -- Without a previous token nobody knows how much of a block is free.
    return {last, 1}
  end
  local first = math.max(last - ARGV[3] + 1, previous + 1)
  return {first, last - first + 1}
end

if ARGV[5] ~= '' then
  -- By the clock, but never before one who came earlier: the clock may have been set back.
  local time = redis.call('TIME')
  local newest = tonumber(redis.call('ZREVRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2] or 0)
  local arrival = math.max(time[1] * 1000000 + time[2], newest + 1)
  local member = string.match(ARGV[6], '^%S+') .. ':' .. ARGV[1]
  redis.call('ZADD', KEYS[3], 'NX', arrival, member)
  -- The one who looks most seldom says how long the queue lives.
  if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[5]) then
    redis.call('PEXPIRE', KEYS[3], ARGV[5])
  end
end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  -- A stranger's key without a life: look again as if it were a lease.
  left = tonumber(ARGV[2])
end
return {-math.max(left, 1), 0}
