-- Locks the row of a semaphore or a reader-writer lock until the transaction ends. A client that stands still in the middle of that
-- loses its session, and so keeps nobody from the row.
-- :name the row   :wait as in acquire   :silence how long the transaction may be silent, in milliseconds
-- returns the last token, microseconds since 1970 by the database's clock; no row if it is missing
SELECT token, {now} FROM {table}
 WHERE name = :name
   AND set_config('lock_timeout', :wait, true) IS NOT NULL
   AND set_config('idle_in_transaction_session_timeout', :silence, true) IS NOT NULL
   FOR UPDATE
