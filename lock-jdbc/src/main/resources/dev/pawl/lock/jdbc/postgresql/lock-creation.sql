-- Until the end of the transaction nobody else creates a lock table: two at once would fail, if-not-exists or not.
SELECT pg_advisory_xact_lock(8241995362147319)
