-- Tries for a lock once. Idempotent for its owner: asked again, it gives a token of the same grant.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved
-- KEYS[2] the last token granted
-- KEYS[3] the waiting members, "<node>:<owner>:<ms of its turn>", by arrival
-- ARGV[1] owner
-- ARGV[2] lease time, ms
-- ARGV[3] tokens wanted
-- ARGV[4] life of the token key, ms
-- ARGV[5] life of the queue, ms, to be queued when busy; empty not to be
-- ARGV[6] of this backend: "<node> <prefix of the nodes' channels> <1 in a cluster>"
-- ARGV[7] how long the lock is reserved for this member when its turn has come, ms
-- returns the first token of the grant and how many; or the negative number of ms after which to look again and, as far as it is known
--   who has it: 1 or, when it was taken away, 2; the newest token; the time in s and us; how many bytes the label has, and these, six to
--   a number; 0 in place of all that

local function me()
  return string.match(ARGV[6], '^%S+') .. ':' .. ARGV[1] .. ':' .. ARGV[7]
end

local won = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
local holder

if won then
  if redis.call('EXISTS', KEYS[3]) == 1 then
    -- Free, but whoever waits is before us. Heads that nobody listens for are dead; our own entry, or an end, is our turn.
    -- In a cluster PUBLISH counts the listeners of one server only: there every head is given its time.
    local prefix, cluster = string.match(ARGV[6], '^%S+ (%S+) (%d)')
    repeat
      local head = redis.call('ZPOPMIN', KEYS[3])[1]
      if head == me() then
        break
      end
      local node, owner, turn = string.match(head, '^([^:]+):(.+):(%d+)$')
      local heard = redis.call('PUBLISH', prefix .. node, owner)
      if heard > 0 or cluster == '1' then
        redis.call('SET', KEYS[1], '~' .. head, 'PX', turn)
        won = false
        break
      end
    until redis.call('EXISTS', KEYS[3]) == 0
  end
else
  holder = redis.call('GET', KEYS[1])
  if holder == ARGV[1] then
    -- The reply of this very grant was lost. Its last token is its own, and nobody can have been granted one since.
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    local last = tonumber(redis.call('GET', KEYS[2]) or '')
    if last then
      return {last, 1}
    end
    won = true
  elseif holder and holder == '~' .. me() then
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

local time = redis.call('TIME')
if ARGV[5] ~= '' then
  -- By the clock, but never before one who came earlier: the clock may have been set back.
  local newest = tonumber(redis.call('ZREVRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2] or 0)
  local arrival = math.max(time[1] * 1000000 + time[2], newest + 1)
  redis.call('ZADD', KEYS[3], 'NX', arrival, me())
  -- The one who looks most seldom says how long the queue lives.
  if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[5]) then
    redis.call('PEXPIRE', KEYS[3], ARGV[5])
  end
end
local left = redis.call('PTTL', KEYS[1])
local turn = tonumber(string.match(holder or '', '^~.*:(%d+)$') or '')
if turn and left > turn then
  -- The clock was set back while it was reserved.
  redis.call('PEXPIRE', KEYS[1], turn)
  left = turn
end
if left < 0 then
  -- A stranger's key without a life: look again as if it were a lease.
  left = tonumber(ARGV[2])
end
local told = {-math.max(left, 1), 0}
local last = holder and string.sub(holder, 1, 1) ~= '~' and tonumber(redis.call('GET', KEYS[2]) or '')
if last then
  -- A label of 128 characters has no more bytes; what a stranger has written may have.
  local label = string.sub(string.match(holder, '^%S+ (.*)$') or '', 1, 384)
  told[2] = string.sub(holder, 1, 1) == '!' and 2 or 1
  told[3], told[4], told[5], told[6] = last, time[1], time[2], #label
  for i = 1, #label, 6 do
    local six = 0
    for j = i, i + 5 do
      six = six * 256 + (string.byte(label, j) or 0)
    end
    told[#told + 1] = six
  end
end
return told
