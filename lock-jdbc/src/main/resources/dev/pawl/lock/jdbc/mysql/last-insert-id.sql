-- returns what the session's last attempt was answered with
SELECT last_insert_id()
