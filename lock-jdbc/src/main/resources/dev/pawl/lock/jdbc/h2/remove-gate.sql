-- Removes the gate in the transaction that has made it. Until that transaction is over nobody else can make one.
-- :name the row of the gate
DELETE FROM {table} WHERE name = :name
