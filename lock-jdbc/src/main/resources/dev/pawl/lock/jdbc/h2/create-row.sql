-- Makes the row of a lock that nobody has had yet, without a token. A unique violation if another was faster.
-- :name the row
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros)
VALUES (:name, '', 0, 0, timestamp with time zone '1970-01-01 00:00:00+00', 0)
