-- Releases a lock if its owner has it, revoked or not.
-- :name the row   :owner who has it
UPDATE {table} SET owner = '', expires_at = '1970-01-01' WHERE name = :name AND owner IN (:owner, concat('!', :owner))
