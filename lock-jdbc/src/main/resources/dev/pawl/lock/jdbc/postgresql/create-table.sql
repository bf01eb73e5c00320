-- The lock table: one row a name, kept after a release for the order of its tokens. PostgreSQL 12 or newer.
-- The queue of waiters lives in the row itself: a release that was blocked behind an enqueue reads again the one row that it
-- targets, and no other. Nothing but the name has an index, and half of each page is free, so that updates are HOT.
CREATE TABLE IF NOT EXISTS {table} (
  name         text COLLATE "C" NOT NULL PRIMARY KEY,  -- namespace and name of the lock, or a hash of them
  owner        text        NOT NULL,                   -- random; '' nobody; '~' and a waiter: reserved for it; '!' and an owner: revoked
  token        bigint      NOT NULL,                   -- the last token granted: microseconds of the database's clock
  previous     bigint      NOT NULL,                   -- the last token of the grant before
  expires_at   timestamptz NOT NULL,                   -- by the database's clock; 'epoch' when free
  lease_micros bigint      NOT NULL,                   -- what a renewal extends it by
  waiters      text[]      NOT NULL DEFAULT '{}',      -- "<node>:<owner>" in order of arrival
  holder       text,                                   -- what the client of the last grant calls itself
  granted_at   timestamptz                             -- when that was, by the database's clock
) WITH (fillfactor = 50)
