-- Does one thing with permits of a semaphore. Idempotent for their owner: asked again, it gives a new token of the same grant.
-- KEYS[1] all that ends by itself, by the time of its end in microseconds: "h<permits>:<owner>" a hold, "r<permits>:<member>" permits that are
--   reserved for a waiter whose turn has come, "w:<member>" a waiter, should it not be heard of again. And "#": how many permits are
--   out, as a negative number, which no time is
-- KEYS[2] the waiting members, "<node>:<owner>:<permits>:<limit>:<ms of its turn>", by arrival
-- KEYS[3] the last token granted
-- ARGV[1] "acquire", "renew", "release", or "leave", which also gives up a place in the queue and a reservation
-- ARGV[2] owner
-- ARGV[3] how many permits
-- ARGV[4] how many may be out with these
-- ARGV[5] how long permits are reserved for this member when its turn has come, ms
-- ARGV[6] of this backend: "<node> <prefix of the nodes' channels> <1 in a cluster>"
-- ARGV[7] lease time, ms; to acquire and to renew
-- ARGV[8] life of the token key, ms; to acquire, as what follows
-- ARGV[9] how long a waiter is kept that is not heard of, ms, to be queued when busy; empty not to be
-- returns 1 if the owner had the permits, or they were reserved for it, else 0; to acquire, the token and 1, or the negative number of ms
--   after which to look again and 0

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local node, prefix, cluster = string.match(ARGV[6], '^(%S+) (%S+) (%d)')
local permits = tonumber(ARGV[3])
local member = table.concat({node, ARGV[2], ARGV[3], ARGV[4], ARGV[5]}, ':')
local hold = 'h' .. ARGV[3] .. ':' .. ARGV[2]
local reservation = 'r' .. ARGV[3] .. ':' .. member
local before = -tonumber(redis.call('ZSCORE', KEYS[1], '#') or 0)
local out = before

local function keep(what, ms)
  redis.call('ZADD', KEYS[1], now + ms * 1000, what)
  -- The key lives as long as the last of what is in it; a key counts whole milliseconds.
  local life = ms + 1
  if redis.call('PTTL', KEYS[1]) < life then
    redis.call('PEXPIRE', KEYS[1], life)
  end
end

local function drop(what)
  return redis.call('ZREM', KEYS[1], what) == 1
end

local function dropWaiter(who)
  redis.call('ZREM', KEYS[2], who)
  return drop('w:' .. who)
end

-- What is over is gone, for its owner too.
for _, ended in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], 0, now)) do
  local share = string.match(ended, '^[hr](%d+):')
  drop(ended)
  if share then
    out = out - share
  else
    redis.call('ZREM', KEYS[2], string.sub(ended, 3))
  end
end

-- Reserves what is free for those who wait, in their order, up to this member, and up to one for whom there is not enough. Heads that
-- nobody listens for are dead. In a cluster PUBLISH counts the listeners of one server only: there every head is given its time.
-- Returns whether nobody is left before this member.
local function handOver()
  while true do
    local head = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
    if not head or head == member then
      return true
    end
    local home, owner, wanted, limit, turn = string.match(head, '^([^:]+):(.+):(%d+):(%d+):(%d+)$')
    if out + wanted > tonumber(limit) then
      if redis.call('ZSCORE', KEYS[1], 'w:' .. head) then
        return false
      end
      -- One of whom nobody knows until when it is to be kept, the data were lost in part: it queues again if it lives.
      redis.call('ZREM', KEYS[2], head)
    else
      dropWaiter(head)
      local heard = redis.call('PUBLISH', prefix .. home, owner)
      if heard > 0 or cluster == '1' then
        out = out + wanted
        keep('r' .. wanted .. ':' .. head, turn)
      end
    end
  end
end

local answer = {0, 0}

if ARGV[1] == 'acquire' then
  -- The reply of this very grant was lost, or it was reserved: then it is counted.
  local won = drop(hold) or drop(reservation)
  if not won and handOver() and out + permits <= tonumber(ARGV[4]) then
    dropWaiter(member)
    out = out + permits
    won = true
  end
  if won then
    keep(hold, ARGV[7])
    -- As in acquire.lua: the clock is the floor. Numbers go to redis.call as they are: tostring and .. would round them to 14 digits.
    local token = now
    local previous = tonumber(redis.call('SET', KEYS[3], token, 'PX', ARGV[8], 'GET') or '')
    if previous and previous >= token then
      token = previous + 1
      redis.call('SET', KEYS[3], token, 'PX', ARGV[8])
    end
    answer = {token, 1}
  else
    if ARGV[9] ~= '' then
      -- By the clock, but never before one who came earlier: the clock may have been set back.
      local newest = tonumber(redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2] or 0)
      redis.call('ZADD', KEYS[2], 'NX', math.max(now, newest + 1), member)
      keep('w:' .. member, ARGV[9])
      if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[9]) then
        redis.call('PEXPIRE', KEYS[2], ARGV[9])
      end
    end
    local next = redis.call('ZRANGEBYSCORE', KEYS[1], 0, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
    answer = {-math.max(math.ceil(((next or now) - now) / 1000), 1), 0}
  end
elseif ARGV[1] == 'renew' then
  if redis.call('ZSCORE', KEYS[1], hold) then
    keep(hold, ARGV[7])
    answer = 1
  else
    answer = 0
  end
else
  local had = drop(hold)
  if ARGV[1] == 'leave' then
    dropWaiter(member)
    had = drop(reservation) or had
  end
  if had then
    out = out - permits
  end
  answer = had and 1 or 0
end

handOver()
if out ~= before then
  if out > 0 then
    redis.call('ZADD', KEYS[1], -out, '#')
  else
    drop('#')
  end
end
return answer
