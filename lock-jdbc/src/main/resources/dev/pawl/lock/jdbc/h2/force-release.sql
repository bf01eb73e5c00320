-- Frees a lock at once if its last token is the one that was seen. The token goes up, so that a guard refuses the old ones.
-- :name the row   :seen the token
UPDATE {table} SET owner = '', expires_at = timestamp with time zone '1970-01-01 00:00:00+00', previous = token, token = token + 1
 WHERE name = :name AND token = :seen AND owner <> '' AND expires_at > current_timestamp(6)
