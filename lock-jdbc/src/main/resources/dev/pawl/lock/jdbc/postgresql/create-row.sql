-- Makes the row of a lock that nobody has had yet, without a token.
-- :name the row
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros) VALUES (:name, '', 0, 0, 'epoch', 0)
ON CONFLICT (name) DO NOTHING
