-- Writes the token of the transaction that has locked the row.
-- :name the row   :token the new token
UPDATE {table} SET previous = token, token = :token WHERE name = :name
