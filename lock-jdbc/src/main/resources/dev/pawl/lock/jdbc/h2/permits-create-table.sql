-- The table of permits: one row for each holder and each waiter of a semaphore or a reader-writer lock. Times are microseconds since
-- 1970, by the database's clock.
CREATE TABLE IF NOT EXISTS {permits} (
  owner        varchar(100) NOT NULL PRIMARY KEY,        -- random
  name         varchar_casesensitive(255) NOT NULL,      -- that of its row in the lock table
  client       varchar(100) NOT NULL,                    -- the client of its owner
  state        varchar(10)  NOT NULL,                    -- held; reserved for a waiter; waiting
  permits      bigint       NOT NULL,                    -- how many
  most         bigint       NOT NULL,                    -- how many may be out with these
  place        bigint       NOT NULL,                    -- its place in the queue: when it came
  turn_micros  bigint       NOT NULL,                    -- how long permits are reserved for it
  ends_micros  bigint       NOT NULL,                    -- when it is over, should it not be heard of again
  UNIQUE (name, owner)
)
