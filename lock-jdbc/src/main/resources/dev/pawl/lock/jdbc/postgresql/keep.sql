-- Sets how long the lock is kept from now on, and by whom, if its owner has it.
-- :name the row   :owner who has it   :then who has it from now on: the same, or "=" and the owner, which is nobody's id
-- :rest microseconds   :wait as in acquire
UPDATE {table}
   SET owner = :then, expires_at = clock_timestamp() + :rest * interval '1 microsecond'
 WHERE name = :name AND owner = :owner AND set_config('lock_timeout', :wait, true) IS NOT NULL
