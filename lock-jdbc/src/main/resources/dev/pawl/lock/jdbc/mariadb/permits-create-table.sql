-- The table of permits: one row for each holder and each waiter of a semaphore or a reader-writer lock. Times are microseconds since
-- 1970, by the database's clock.
CREATE TABLE IF NOT EXISTS {permits} (
  owner        varchar(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, -- random
  name         varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, -- that of its row in the lock table
  client       varchar(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- the client of its owner
  state        varchar(10)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- held; reserved for a waiter; waiting
  permits      bigint       NOT NULL,                   -- how many
  most         bigint       NOT NULL,                   -- how many may be out with these
  place        bigint       NOT NULL,                   -- its place in the queue: when it came
  turn_micros  bigint       NOT NULL,                   -- how long permits are reserved for it
  ends_micros  bigint       NOT NULL,                   -- when it is over, should it not be heard of again
  UNIQUE (name, owner)
) ENGINE = InnoDB
