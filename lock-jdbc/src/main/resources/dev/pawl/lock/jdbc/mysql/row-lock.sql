-- Locks the row until the transaction ends, unless it is locked, and makes its next token.
-- :name the row
-- returns free, the next token, the last, microseconds left to a holder in lease mode, 0; no row if it is locked or missing
SELECT expires_at <= utc_timestamp(6),
       greatest(token + 1, timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6))),
       token,
       timestampdiff(MICROSECOND, utc_timestamp(6), expires_at),
       0
  FROM {table} WHERE name = :name FOR UPDATE SKIP LOCKED
