-- Revokes a lock if its last token is the one that was seen: nobody renews it any more, and its owner has it until it lets go or its time
-- is over. The token goes up, so that a guard refuses the old ones.
-- Waits a second for a row that others have locked, however long its session would.
-- :name the row   :seen the token
SET STATEMENT innodb_lock_wait_timeout = 1 FOR
UPDATE {table}
   SET owner = CASE WHEN owner LIKE '!%' THEN owner ELSE concat('!', owner) END, previous = token, token = token + 1
 WHERE name = :name AND token = :seen AND owner <> '' AND owner NOT LIKE '=%' AND expires_at > utc_timestamp(6)
