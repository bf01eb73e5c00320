-- Notes in the name's row that more permits are out: whoever has read them before finds that out when it locks the row, or commits at
-- another node of a cluster.
-- :name the row   :token the last token granted
UPDATE {table} SET token = :token, previous = previous + 1 WHERE name = :name
