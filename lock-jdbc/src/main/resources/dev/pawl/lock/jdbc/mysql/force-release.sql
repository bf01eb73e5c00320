-- Frees a lock at once if its last token is the one that was seen. The token goes up, so that a guard refuses the old ones.
-- :name the row   :seen the token
UPDATE {table} SET owner = '', expires_at = '1970-01-01', previous = token, token = token + 1
 WHERE name = :name AND token = :seen AND owner <> '' AND expires_at > utc_timestamp(6)
