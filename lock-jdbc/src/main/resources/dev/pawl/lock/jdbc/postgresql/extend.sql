-- Gives a hold more tokens, if its owner has it and nobody waits.
-- :name the row   :owner who has it
-- returns last token, last token before
UPDATE {table}
   SET previous = token, token = greatest(token + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
 WHERE name = :name AND owner = :owner AND expires_at > clock_timestamp() AND waiters = '{}'
RETURNING token, previous
