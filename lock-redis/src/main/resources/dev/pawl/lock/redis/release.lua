-- Releases a lock, or leaves a contest, and hands over to the next in the queue. Idempotent for its owner.
-- KEYS[1] the lock: the owner, or "~" and a member for whom it is reserved
-- KEYS[2] the waiting members, "<node>:<owner>:<ms of its turn>", by arrival
-- ARGV[1] owner
-- ARGV[2] of this backend: "<node> <prefix of the nodes' channels> <1 in a cluster>"
-- ARGV[3] "1" to leave the contest: the queue, and a reservation
-- ARGV[4] how long the lock is reserved for this member when its turn has come, ms
-- returns 1 if the owner had the lock, or it was reserved for it, else 0

local holder = redis.call('GET', KEYS[1])

if ARGV[3] == '1' then
  local member = string.match(ARGV[2], '^%S+') .. ':' .. ARGV[1] .. ':' .. ARGV[4]
  redis.call('ZREM', KEYS[2], member)
  if holder == '~' .. member then
    holder = ARGV[1]
  end
end

-- One from whom it was taken away has it until it lets go.
if holder ~= ARGV[1] and holder ~= '!' .. ARGV[1] then
  return 0
end

if redis.call('EXISTS', KEYS[2]) == 1 then
  -- A head that nobody listens for is dead: the next one's turn. In a cluster PUBLISH counts the listeners of one server
  -- only: there every head is given its time.
  local prefix, cluster = string.match(ARGV[2], '^%S+ (%S+) (%d)')
  repeat
    local head = redis.call('ZPOPMIN', KEYS[2])[1]
    local node, owner, turn = string.match(head, '^([^:]+):(.+):(%d+)$')
    local heard = redis.call('PUBLISH', prefix .. node, owner)
    if heard > 0 or cluster == '1' then
      redis.call('SET', KEYS[1], '~' .. head, 'PX', turn)
      return 1
    end
  until redis.call('EXISTS', KEYS[2]) == 0
end
redis.call('DEL', KEYS[1])
return 1
