-- Makes the row of a lock that nobody has had yet, without a grant. It counts as used from now on: a purge would take it before its
-- first holder has it. A unique violation if another was faster.
-- :name the row
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros)
VALUES (:name, '', CAST(extract(EPOCH FROM current_timestamp(6)) * 1000000 AS bigint), 0, timestamp with time zone '1970-01-01 00:00:00+00', 0)
