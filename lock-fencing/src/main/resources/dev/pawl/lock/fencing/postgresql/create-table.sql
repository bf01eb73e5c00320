-- The fence table: one row a lock, kept for good. PostgreSQL 12 or newer. Half of each page is free, so that updates are HOT.
CREATE TABLE IF NOT EXISTS {table} (
  lock_name text COLLATE "C" NOT NULL PRIMARY KEY,  -- the lock, or a hash of its name
  token     bigint           NOT NULL               -- the newest token that has entered
) WITH (fillfactor = 50)
