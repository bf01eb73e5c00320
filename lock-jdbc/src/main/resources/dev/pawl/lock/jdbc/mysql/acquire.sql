-- Tries for a lock once, for its owner: who has it already gets the rest of its tokens anew. Busy: changes nothing.
-- Assignments run from left to right: from the second on, "owner = :owner" says that the lock was granted. The clock is that
-- of the statement's start, so it may be as old as a wait for the row: that is safe, since the lease still began after the
-- request was sent, and the token is more than the last in any case.
-- MySQL returns no rows here; what it does return, in the same round trip, is one number as the generated key:
-- granted, the last token and in the bits from the 53rd how many are its owner's; busy, the microseconds left to the holder.
-- :name the row   :owner who asks   :holder what its client calls itself   :lease microseconds
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros, holder, granted_at)
VALUES (:name, :owner,
        last_insert_id(timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) + 4503599627370496) - 4503599627370496,
        timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) - 1,
        utc_timestamp(6) + INTERVAL :lease MICROSECOND,
        :lease,
        :holder,
        utc_timestamp(6))
ON DUPLICATE KEY UPDATE
  owner = if(expires_at <= utc_timestamp(6), :owner, owner),
  previous = if(owner = :owner, token, previous),
  token = if(owner = :owner, greatest(token + 1, timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6))), token),
  holder = if(owner = :owner, :holder, holder),
  granted_at = if(owner = :owner, utc_timestamp(6), granted_at),
  expires_at = if(owner = :owner, utc_timestamp(6) + INTERVAL :lease MICROSECOND, expires_at),
  lease_micros = if(last_insert_id(if(owner = :owner,
                                      token + least(token - previous, 1023) * 4503599627370496,
                                      timestampdiff(MICROSECOND, utc_timestamp(6), expires_at))) >= 0
                      AND owner = :owner, :lease, lease_micros)
