-- Sets what one is, and until when.
UPDATE {permits} SET state = :state, ends_micros = :ends WHERE owner = :owner
