-- The table of permits: one row for each holder and each waiter of a semaphore or a reader-writer lock. Times are microseconds since
-- 1970, by the database's clock.
CREATE TABLE IF NOT EXISTS {permits} (
  owner        text        NOT NULL PRIMARY KEY,       -- random
  name         text COLLATE "C" NOT NULL,              -- that of its row in the lock table
  client       text        NOT NULL,                   -- where its owner hears of its turn
  state        text        NOT NULL,                   -- held; reserved for a waiter; waiting
  permits      bigint      NOT NULL,                   -- how many
  most         bigint      NOT NULL,                   -- how many may be out with these
  place        bigint      NOT NULL,                   -- its place in the queue: when it came
  turn_micros  bigint      NOT NULL,                   -- how long permits are reserved for it
  ends_micros  bigint      NOT NULL,                   -- when it is over, should it not be heard of again
  UNIQUE (name, owner)
) WITH (fillfactor = 50)
