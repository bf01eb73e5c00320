-- Adds what a lock table of an older version lacks. Clients of that version go on as before: nothing has to be in these columns.
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS holder text, ADD COLUMN IF NOT EXISTS granted_at timestamptz
