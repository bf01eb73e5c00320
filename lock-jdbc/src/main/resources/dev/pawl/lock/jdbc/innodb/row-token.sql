-- Raises the token of the row that the transaction has locked. In a statement of its own: the clock is that of the statement's
-- start, which must not lie before that of a holder whose token went with its connection.
-- :name the row
-- returns the new token as the generated key
UPDATE {table}
   SET previous = token,
       token = last_insert_id(greatest(token + 1, timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6))))
 WHERE name = :name
