-- Tries for a lock once, for its owner: who has it already gets the rest of its tokens anew. Busy: changes nothing.
-- The assignments mean the same from left to right and, as sql_mode may want it, all at once. The clock is that of the
-- statement's start, so it may be as old as a wait for the row: that is safe, since the lease still began after the
-- request was sent, and the token is more than the last in any case.
-- Waits a second for a row that others have locked, however long its session would.
-- :name the row   :owner who asks   :holder what its client calls itself   :lease microseconds
-- returns granted, last token, last token before, microseconds left to the holder, 0
SET STATEMENT innodb_lock_wait_timeout = 1 FOR
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros, holder, granted_at)
VALUES (:name, :owner,
        timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)),
        timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) - 1,
        utc_timestamp(6) + INTERVAL :lease MICROSECOND,
        :lease,
        :holder,
        utc_timestamp(6))
ON DUPLICATE KEY UPDATE
  previous = if(owner = :owner OR expires_at <= utc_timestamp(6), token, previous),
  token = if(owner = :owner OR expires_at <= utc_timestamp(6),
             greatest(token + 1, timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6))), token),
  lease_micros = if(owner = :owner OR expires_at <= utc_timestamp(6), :lease, lease_micros),
  holder = if(owner = :owner OR expires_at <= utc_timestamp(6), :holder, holder),
  granted_at = if(owner = :owner OR expires_at <= utc_timestamp(6), utc_timestamp(6), granted_at),
  owner = if(expires_at <= utc_timestamp(6), :owner, owner),
  expires_at = if(owner = :owner OR expires_at <= utc_timestamp(6),
                  utc_timestamp(6) + INTERVAL :lease MICROSECOND, expires_at)
RETURNING owner = :owner, token, previous, timestampdiff(MICROSECOND, utc_timestamp(6), expires_at), 0
