-- Makes the row of a lock that nobody has had yet, without a token, and keeps it locked; also one that another has just made. Not with
-- IGNORE: that shares such a row with all who wait for it, and then nobody can have it alone.
-- :name the row
INSERT INTO {table} (name, owner, token, previous, expires_at, lease_micros) VALUES (:name, '', 0, 0, '1970-01-01', 0)
ON DUPLICATE KEY UPDATE token = token
