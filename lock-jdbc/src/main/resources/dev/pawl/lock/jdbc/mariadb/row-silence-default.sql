-- Undoes row-silence.
SET SESSION idle_transaction_timeout = DEFAULT
