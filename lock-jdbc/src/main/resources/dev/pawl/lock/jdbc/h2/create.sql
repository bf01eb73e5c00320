-- Takes a lock that nobody has had yet. A unique violation if another was faster.
-- :name the row   :owner who asks   :holder what its client calls itself   :lease microseconds
-- returns granted, last token, last token before, 0, false
SELECT true, token, previous, 0, false
  FROM FINAL TABLE (
    INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros, holder, granted_at)
    VALUES (:name, :owner,
            CAST(extract(EPOCH FROM current_timestamp(6)) * 1000000 AS bigint),
            CAST(extract(EPOCH FROM current_timestamp(6)) * 1000000 AS bigint) - 1,
            dateadd(MICROSECOND, :lease, current_timestamp(6)),
            :lease,
            :holder,
            current_timestamp(6)))
