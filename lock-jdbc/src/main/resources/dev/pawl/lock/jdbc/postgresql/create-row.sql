-- Makes the row of a lock that nobody has had yet, without a grant. It counts as used from now on: a purge would take it before its
-- first holder has it.
-- :name the row
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros)
VALUES (:name, '', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 0, 'epoch', 0)
ON CONFLICT (name) DO NOTHING
