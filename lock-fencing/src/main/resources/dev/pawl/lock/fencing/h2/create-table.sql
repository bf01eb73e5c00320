-- The fence table: one row a lock, kept for good. H2 2.3 or newer.
CREATE TABLE IF NOT EXISTS {table} (
  lock_name varchar_casesensitive(255) NOT NULL PRIMARY KEY,  -- the lock, or a hash of its name
  token     bigint                     NOT NULL               -- the newest token that has entered
)
