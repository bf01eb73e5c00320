-- Tries for a lock once, for its owner: who has it already gets the rest of its tokens anew.
-- :name the row   :owner who asks   :holder what its client calls itself   :lease microseconds
-- returns granted, last token, last token before, 0, false; no row if it is held or missing
SELECT true, token, previous, 0, false
  FROM FINAL TABLE (
    UPDATE {table}
       SET owner = :owner,
           previous = token,
           token = greatest(token + 1, CAST(extract(EPOCH FROM current_timestamp(6)) * 1000000 AS bigint)),
           expires_at = dateadd(MICROSECOND, :lease, current_timestamp(6)),
           lease_micros = :lease,
           holder = :holder,
           granted_at = current_timestamp(6)
     WHERE name = :name AND (owner = :owner OR expires_at <= current_timestamp(6)))
