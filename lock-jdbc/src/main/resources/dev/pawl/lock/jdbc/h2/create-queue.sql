-- Makes the row of the queue, to be purged in its time. A unique violation if another was faster.
-- :id the row of the queue, negative   :name any that nobody else has
INSERT INTO {table} (_ROWID_, name, owner, token, previous, expires_at, lease_micros)
VALUES (:id, :name, '', CAST(extract(EPOCH FROM current_timestamp(6)) * 1000000 AS bigint), 0, timestamp with time zone '1970-01-01 00:00:00+00', 0)
