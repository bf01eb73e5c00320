-- Frees a lock at once if its last token is the one that was seen. The token goes up, so that a guard refuses the old ones.
-- Waits a second for a row that others have locked, however long its session would.
-- :name the row   :seen the token
SET STATEMENT innodb_lock_wait_timeout = 1 FOR
UPDATE {table} SET owner = '', expires_at = '1970-01-01', previous = token, token = token + 1
 WHERE name = :name AND token = :seen AND owner <> '' AND expires_at > utc_timestamp(6)
