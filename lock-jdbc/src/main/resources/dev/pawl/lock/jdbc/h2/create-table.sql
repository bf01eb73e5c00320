-- The lock table: one row a name, kept after a release for the order of its tokens. H2 2.3 or newer.
CREATE TABLE IF NOT EXISTS {table} (
  name         varchar_casesensitive(255) NOT NULL PRIMARY KEY, -- namespace and name of the lock, or a hash of them
  owner        varchar(100) NOT NULL,                     -- random; '' nobody; '!' and an owner: revoked
  token        bigint       NOT NULL,                     -- the last token granted: microseconds of the database's clock
  previous     bigint       NOT NULL,                     -- the last token of the grant before
  expires_at   timestamp(6) with time zone NOT NULL,      -- by the database's clock; 1970-01-01 when free
  lease_micros bigint       NOT NULL,                     -- what a renewal extends it by
  holder       varchar(128),                              -- what the client of the last grant calls itself
  granted_at   timestamp(6) with time zone                -- when that was, by the database's clock
)
