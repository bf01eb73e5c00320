-- The fence table: one row a lock, kept for good. MySQL 8.0.17 or newer.
CREATE TABLE IF NOT EXISTS {table} (
  lock_name varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL PRIMARY KEY, -- the lock, or a hash of its name
  token     bigint       NOT NULL                                                             -- the newest token that has entered
) ENGINE = InnoDB
