-- The fence table: the row of a lock, kept for good, and what keeps its writers apart. H2 2.3 or newer.
CREATE TABLE IF NOT EXISTS {table} (
  lock_name varchar_casesensitive(255) NOT NULL,            -- the lock, or a hash of its name
  part      smallint                   DEFAULT 0 NOT NULL,  -- 0 the fence; 1 the queue of its writers; 2 the gate: nobody ever sees one
  token     bigint                     NOT NULL,            -- of the fence: the newest token that has entered
  PRIMARY KEY (lock_name, part)
)
