-- Locks the row until the transaction ends, unless it is locked.
-- :name the row
-- returns free, the last token, the same, microseconds left to a holder in lease mode, 0; no row if it is locked or missing
SELECT expires_at <= utc_timestamp(6),
       token,
       token,
       timestampdiff(MICROSECOND, utc_timestamp(6), expires_at),
       0
  FROM {table} WHERE name = :name FOR UPDATE SKIP LOCKED
