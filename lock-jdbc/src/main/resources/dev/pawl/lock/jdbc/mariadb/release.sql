-- Releases a lock if its owner has it, revoked or not.
-- Waits a second for a row that others have locked, however long its session would.
-- :name the row   :owner who has it
SET STATEMENT innodb_lock_wait_timeout = 1 FOR
UPDATE {table} SET owner = '', expires_at = '1970-01-01' WHERE name = :name AND owner IN (:owner, concat('!', :owner))
