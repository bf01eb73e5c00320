-- Ends the session when its transaction has been silent for so long: a holder that is stopped, or cut off from here,
-- would keep the row for ever.
-- :seconds how long
SET SESSION idle_transaction_timeout = :seconds
