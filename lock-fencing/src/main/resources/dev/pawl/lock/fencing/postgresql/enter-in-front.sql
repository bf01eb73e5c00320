-- The same, in front of another statement of the same round trip: fails if the token is stale, so that the server carries out
-- nothing of what follows. Nothing but a cast that must fail raises an error in plain SQL, and its message has both tokens and the lock.
-- ? the lock   ? the token
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
SELECT CASE WHEN entered.token = asked.token
            THEN set_config('pawl.entered', CASE WHEN strpos(known, ' ' || mark) > 0 THEN known ELSE known || mark END, true)
            ELSE CAST(CAST('pawl: stale, newest ' || entered.token || ' is over ' || asked.token || ' of lock ' || asked.lock_name || ';'
                           AS bigint) AS text) END
  FROM entered, asked, marks
