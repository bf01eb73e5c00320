-- Undoes row-silence.
SET SESSION wait_timeout = DEFAULT
