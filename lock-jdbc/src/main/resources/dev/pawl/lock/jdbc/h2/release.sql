-- Releases a lock if its owner has it, revoked or not.
-- :name the row   :owner who has it
UPDATE {table} SET owner = '', expires_at = timestamp with time zone '1970-01-01 00:00:00+00'
 WHERE name = :name AND owner IN (:owner, '!' || :owner)
