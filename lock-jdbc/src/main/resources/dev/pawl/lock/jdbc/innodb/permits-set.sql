-- Sets what one is, and until when.
-- By the key: a scan of a small table would wait at rows that others have locked, whosever they are.
UPDATE {permits} FORCE INDEX (PRIMARY) SET state = :state, ends_micros = :ends WHERE owner = :owner
