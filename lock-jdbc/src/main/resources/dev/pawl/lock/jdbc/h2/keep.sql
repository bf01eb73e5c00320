-- Sets how long the lock is kept from now on, and by whom, if its owner has it.
-- :name the row   :owner who has it   :then who has it from now on: the same, or "=" and the owner, which is nobody's id
-- :rest microseconds
UPDATE {table} SET owner = :then, expires_at = dateadd(MICROSECOND, :rest, current_timestamp(6)) WHERE name = :name AND owner = :owner
