-- Ends the session when it has been silent for so long: a holder that is stopped, or cut off from here,
-- would keep the row for ever.
-- :seconds how long
SET SESSION wait_timeout = :seconds
