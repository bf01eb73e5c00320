-- Revokes a lock if its last token is the one that was seen: nobody renews it any more, and its owner has it until it lets go or its time
-- is over. The token goes up, so that a guard refuses the old ones.
-- :name the row   :seen the token   :wait as in acquire
UPDATE {table}
   SET owner = CASE WHEN owner LIKE '!%' THEN owner ELSE '!' || owner END, previous = token, token = token + 1
 WHERE name = :name AND token = :seen AND owner <> '' AND owner NOT LIKE '=%' AND owner NOT LIKE '~%' AND expires_at > clock_timestamp()
   AND set_config('lock_timeout', :wait, true) IS NOT NULL
