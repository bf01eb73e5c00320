-- Tells waiters that permits are reserved for them, once the transaction is committed.
-- :channel prefix of the clients' channels   :owners who waits
SELECT pg_notify(:channel || client, owner) FROM {permits} WHERE owner IN (:owners)
