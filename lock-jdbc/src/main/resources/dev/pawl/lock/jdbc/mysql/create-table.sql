-- The lock table: one row a name, kept after a release for the order of its tokens. MySQL 8.0.17 or newer.
CREATE TABLE IF NOT EXISTS {table} (
  name         varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL PRIMARY KEY, -- namespace and name, or a hash
  owner        varchar(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- random; '' nobody; '!' and an owner: revoked
  token        bigint       NOT NULL,                   -- the last token granted: microseconds of the database's clock
  previous     bigint       NOT NULL,                   -- the last token of the grant before
  expires_at   datetime(6)  NOT NULL,                   -- UTC, by the database's clock; 1970-01-01 when free
  lease_micros bigint       NOT NULL,                   -- what a renewal extends it by
  holder       varchar(128) CHARACTER SET utf8mb4,      -- what the client of the last grant calls itself
  granted_at   datetime(6)                              -- when that was: UTC, by the database's clock
) ENGINE = InnoDB
