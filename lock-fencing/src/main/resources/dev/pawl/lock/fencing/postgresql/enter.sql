-- Lets a token in, unless a newer one is: raises the row, and keeps it locked until the transaction ends. A transaction that has to
-- wait for the row looks at it again. What has entered is marked for the trigger, until the transaction ends.
-- ? the lock   ? the token
-- returns the newest token: the one that was asked for, or a newer one that has made it stale
WITH asked (lock_name, token) AS (VALUES (CAST(? AS text), CAST(? AS bigint))),
marks (known, mark) AS (
  SELECT coalesce(nullif(current_setting('pawl.entered', true), ''), ' '), encode(convert_to(lock_name, 'UTF8'), 'hex') || ' '
    FROM asked
),
entered (token) AS (
  INSERT INTO {table} AS fence (lock_name, token) SELECT lock_name, token FROM asked
  ON CONFLICT (lock_name) DO UPDATE SET token = greatest(fence.token, EXCLUDED.token)
  RETURNING token
)
SELECT entered.token,
       CASE WHEN entered.token = asked.token
            THEN set_config('pawl.entered', CASE WHEN strpos(known, ' ' || mark) > 0 THEN known ELSE known || mark END, true) END
  FROM entered, asked, marks
